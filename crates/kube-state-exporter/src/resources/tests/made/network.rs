//! Services and what is before and behind them.

use expect_test::expect;

use super::check;

#[test]
fn service() {
    check(
        "services",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"clusterIP":"10.43.0.1","type":"LoadBalancer","externalIPs":["1.2.3.4"],"loadBalancerIP":"5.6.7.8","externalName":"n","externalTrafficPolicy":"Local"},"status":{"loadBalancer":{"ingress":[{"ip":"192.168.1.4","hostname":"h"}]}}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn endpoints() {
    check(
        "endpoints",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"subsets":[{"addresses":[{"ip":"10.1.0.7"}],"notReadyAddresses":[{"ip":"10.1.0.8"}],"ports":[{"name":"http","port":80,"protocol":"TCP"}]}]}"#,
        expect![[r#""#]],
    );
}

#[test]
fn slice() {
    check(
        "endpointslices",
        r#"{"metadata":{"name":"web-1","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"addressType":"IPv4","endpoints":[{"addresses":["10.1.0.7"],"conditions":{"ready":true,"serving":false},"hostname":"h","targetRef":{"kind":"Pod","namespace":"shop","name":"web-1"},"nodeName":"pi","zone":"home","hints":{"forZones":[{"name":"home"}]}},{"addresses":[]}],"ports":[{"name":"http","protocol":"TCP","port":80},{}]}"#,
        expect![[r#""#]],
    );
}

#[test]
fn ingress() {
    check(
        "ingresses",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"ingressClassName":"traefik","tls":[{"hosts":["a","b"],"secretName":"s"}],"rules":[{"host":"a","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web","port":{"name":"http"}}}},{"path":"/n","backend":{"service":{"name":"web","port":{"number":8080}}}},{"path":"/r","backend":{"resource":{"apiGroup":"g","kind":"k","name":"n"}}},{"path":"/x","backend":{}}]}},{"host":"b"}]}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn ingress_class() {
    check(
        "ingressclasses",
        r#"{"metadata":{"name":"traefik","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"controller":"traefik.io/ingress-controller"}}"#,
        expect![[r#""#]],
    );
}

#[test]
fn policy() {
    check(
        "networkpolicies",
        r#"{"metadata":{"name":"p","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"podSelector":{},"ingress":[{},{"from":[]}],"egress":[{}]}}"#,
        expect![[r#""#]],
    );
}
