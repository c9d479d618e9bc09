
F
pv*u-12428B€Þ ËJ€¤§ÚZ

appwebZ
xyb	
teamab
zzJ

storage
5Gi*²'
dh*
mounterrbd*

mapOptionso2
local-path
Bound