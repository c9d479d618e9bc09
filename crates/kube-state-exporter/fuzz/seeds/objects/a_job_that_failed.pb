
X
backupshop*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zzj
Bossboss0„a
 
FailedTrue*PodFailurePolicy

CompleteFalse

	SuspendedFalse€Þ Ë¼Þ Ë (0H