!
L
dbshop*u-12428B€Þ ËJ€¤§ÚZ

appwebZ
xyb	
teamab
zzR
RetainDeleteZ (2r1:r2X