&
A
csi-1*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zz
d
pvpi,

devicePath/dev/sda
device-pathx