
U
oldshop*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zzj
Bossboss0
 (