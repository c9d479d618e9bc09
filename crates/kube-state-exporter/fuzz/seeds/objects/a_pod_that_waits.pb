
O
web-2shop*u-12428B€Þ ËJ€¤§ÚZ

appwebZ
xyb	
teamab
zz
webXº
gpu"tº
none¨
Pending&
PodScheduledFalse*SchedulingGated
DisruptionTargetTrue*Odd
ReadyUnknown"StrangeB)
web

ErrImagePull‰	OOMKilledz
gpu	web-2-gpu