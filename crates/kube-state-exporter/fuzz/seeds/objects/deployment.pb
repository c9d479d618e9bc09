
]
webshop*u-12428B€Þ ËJ€¤§ÚZ

appwebZ
xyb	
teamab
zzj
Bossboss0"
25%25%8Z (2+
	AvailableTrue"MinimumReplicasAvailable2
ProgressingFalse"Strange8H