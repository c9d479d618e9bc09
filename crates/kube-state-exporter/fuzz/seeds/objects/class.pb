"
F

local-path*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zzrancher.io/local-path"Retain:WaitForFirstConsumer