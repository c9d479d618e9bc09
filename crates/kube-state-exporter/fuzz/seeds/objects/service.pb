 
M
webshop*u-12428B€Þ ËJ€¤§ÚZ

appwebZ
xyb	
teamab
zz5	10.43.0.1"LoadBalancer*1.2.3.4B5.6.7.8RnZLocal


192.168.1.4h