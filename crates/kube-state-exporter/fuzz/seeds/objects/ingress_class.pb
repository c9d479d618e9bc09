

C
traefik*u-12428B€Þ ËZ

appwebZ
xyb	
teamab
zz
traefik.io/ingress-controller