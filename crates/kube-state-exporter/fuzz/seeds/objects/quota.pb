
C
qshop*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zz>

pods
10

requests.cpu
4500m
requests.cpu
0.1