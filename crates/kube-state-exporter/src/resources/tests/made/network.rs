//! Services and what is before and behind them.

use expect_test::expect;

use super::check;

#[test]
fn service() {
    check(
        "services",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"},"deletionTimestamp":"2027-01-15T08:00:00Z"},"spec":{"clusterIP":"10.43.0.1","type":"LoadBalancer","externalIPs":["1.2.3.4"],"loadBalancerIP":"5.6.7.8","externalName":"n","externalTrafficPolicy":"Local"},"status":{"loadBalancer":{"ingress":[{"ip":"192.168.1.4","hostname":"h"}]}}}"#,
        expect![[r#"
            kube_service_info{namespace="shop",service="web",uid="u-1",cluster_ip="10.43.0.1",external_name="n",load_balancer_ip="5.6.7.8",external_traffic_policy="Local"} 1
            kube_service_created{namespace="shop",service="web",uid="u-1"} 1.5e+09
            kube_service_spec_type{namespace="shop",service="web",uid="u-1",type="LoadBalancer"} 1
            kube_service_annotations{namespace="shop",service="web",uid="u-1",annotation_team="a"} 1
            kube_service_labels{namespace="shop",service="web",uid="u-1",label_app="web"} 1
            kube_service_spec_external_ip{namespace="shop",service="web",uid="u-1",external_ip="1.2.3.4"} 1
            kube_service_status_load_balancer_ingress{namespace="shop",service="web",uid="u-1",ip="192.168.1.4",hostname="h"} 1
            kube_service_deletion_timestamp{namespace="shop",service="web",uid="u-1"} 1.8e+09
        "#]],
    );
}

#[test]
fn endpoints() {
    check(
        "endpoints",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"subsets":[{"addresses":[{"ip":"10.1.0.7"}],"notReadyAddresses":[{"ip":"10.1.0.8"}],"ports":[{"name":"http","port":80,"protocol":"TCP"}]}]}"#,
        expect![[r#"
            kube_endpoint_info{namespace="shop",endpoint="web"} 1
            kube_endpoint_created{namespace="shop",endpoint="web"} 1.5e+09
            kube_endpoint_annotations{namespace="shop",endpoint="web",annotation_team="a"} 1
            kube_endpoint_labels{namespace="shop",endpoint="web",label_app="web"} 1
            kube_endpoint_address{namespace="shop",endpoint="web",port_protocol="TCP",port_number="80",port_name="http",ip="10.1.0.7",ready="true"} 1
            kube_endpoint_address{namespace="shop",endpoint="web",port_protocol="TCP",port_number="80",port_name="http",ip="10.1.0.8",ready="false"} 1
            kube_endpoint_ports{namespace="shop",endpoint="web",port_name="http",port_protocol="TCP",port_number="80"} 1
        "#]],
    );
}

#[test]
fn slice() {
    check(
        "endpointslices",
        r#"{"metadata":{"name":"web-1","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"addressType":"IPv4","endpoints":[{"addresses":["10.1.0.7"],"conditions":{"ready":true,"serving":false},"hostname":"h","targetRef":{"kind":"Pod","namespace":"shop","name":"web-1"},"nodeName":"pi","zone":"home","hints":{"forZones":[{"name":"home"}]}},{"addresses":[]}],"ports":[{"name":"http","protocol":"TCP","port":80},{}]}"#,
        expect![[r#"
            kube_endpointslice_info{endpointslice="web-1",namespace="shop",addresstype="IPv4"} 1
            kube_endpointslice_created{endpointslice="web-1",namespace="shop"} 1.5e+09
            kube_endpointslice_endpoints_hints{endpointslice="web-1",namespace="shop",address="10.1.0.7",for_zone="home"} 1
            kube_endpointslice_endpoints{endpointslice="web-1",namespace="shop",ready="true",serving="false",hostname="h",terminating="",targetref_kind="Pod",targetref_name="web-1",targetref_namespace="shop",endpoint_nodename="pi",endpoint_zone="home",address="10.1.0.7"} 1
            kube_endpointslice_ports{endpointslice="web-1",namespace="shop",port_name="http",port_protocol="TCP",port_number="80"} 1
            kube_endpointslice_ports{endpointslice="web-1",namespace="shop",port_name="",port_protocol="",port_number=""} 1
            kube_endpointslice_annotations{endpointslice="web-1",namespace="shop",annotation_team="a"} 1
            kube_endpointslice_labels{endpointslice="web-1",namespace="shop",label_app="web"} 1
        "#]],
    );
}

#[test]
fn ingress() {
    check(
        "ingresses",
        r#"{"metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"ingressClassName":"traefik","tls":[{"hosts":["a","b"],"secretName":"s"}],"rules":[{"host":"a","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web","port":{"name":"http"}}}},{"path":"/n","backend":{"service":{"name":"web","port":{"number":8080}}}},{"path":"/r","backend":{"resource":{"apiGroup":"g","kind":"k","name":"n"}}},{"path":"/x","backend":{}}]}},{"host":"b"}]}}"#,
        expect![[r#"
            kube_ingress_info{namespace="shop",ingress="web",ingressclass="traefik"} 1
            kube_ingress_annotations{namespace="shop",ingress="web",annotation_team="a"} 1
            kube_ingress_labels{namespace="shop",ingress="web",label_app="web"} 1
            kube_ingress_created{namespace="shop",ingress="web"} 1.5e+09
            kube_ingress_metadata_resource_version{namespace="shop",ingress="web"} 42
            kube_ingress_path{namespace="shop",ingress="web",host="a",path="/",path_type="Prefix",service_name="web",service_port="http"} 1
            kube_ingress_path{namespace="shop",ingress="web",host="a",path="/n",path_type="",service_name="web",service_port="8080"} 1
            kube_ingress_path{namespace="shop",ingress="web",host="a",path="/r",path_type="",resource_api_group="g",resource_kind="k",resource_name="n"} 1
            kube_ingress_tls{namespace="shop",ingress="web",tls_host="a",secret="s"} 1
            kube_ingress_tls{namespace="shop",ingress="web",tls_host="b",secret="s"} 1
        "#]],
    );
}

#[test]
fn ingress_class() {
    check(
        "ingressclasses",
        r#"{"metadata":{"name":"traefik","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"controller":"traefik.io/ingress-controller"}}"#,
        expect![[r#"
            kube_ingressclass_info{ingressclass="traefik",controller="traefik.io/ingress-controller"} 1
            kube_ingressclass_created{ingressclass="traefik"} 1.5e+09
            kube_ingressclass_annotations{ingressclass="traefik",annotation_team="a"} 1
            kube_ingressclass_labels{ingressclass="traefik",label_app="web"} 1
        "#]],
    );
}

#[test]
fn policy() {
    check(
        "networkpolicies",
        r#"{"metadata":{"name":"p","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","labels":{"app":"web","x":"y"},"annotations":{"team":"a","z":"z"}},"spec":{"podSelector":{},"ingress":[{},{"from":[]}],"egress":[{}]}}"#,
        expect![[r#"
            kube_networkpolicy_created{namespace="shop",networkpolicy="p"} 1.5e+09
            kube_networkpolicy_annotations{namespace="shop",networkpolicy="p",annotation_team="a"} 1
            kube_networkpolicy_labels{namespace="shop",networkpolicy="p",label_app="web"} 1
            kube_networkpolicy_spec_ingress_rules{namespace="shop",networkpolicy="p"} 2
            kube_networkpolicy_spec_egress_rules{namespace="shop",networkpolicy="p"} 1
        "#]],
    );
}
