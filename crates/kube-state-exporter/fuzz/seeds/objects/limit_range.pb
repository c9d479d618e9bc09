
C
lshop*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zzT
R
	Container
memory
1Gi
cpu
10m"

cpu
1*
cpu
100m2
cpu
10