
N
datashop*u-12428B€Þ ËJ€¤§ÚZ

appwebZ
xyb	
teamab
zzM
ReadWriteOnce
ReadOnlyMany
storage
1Gipv*
local-path2
Filesystem
Bound"
ResizingTrue