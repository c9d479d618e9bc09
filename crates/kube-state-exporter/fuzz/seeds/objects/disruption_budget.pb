
M
webshop*u-12428B€Þ ËJ€¤§ÚZ

appwebZ
xyb	
teamab
zz
 (0