
E
webshop*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zz'


10.1.0.7

10.1.0.8
httpPTCP