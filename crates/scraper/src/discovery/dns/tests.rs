//! A name server on loopback that knows a few names.

use std::rc::Rc;

use expect_test::{Expect, expect};
use simple_dns::rdata::{A, NS, SRV};
use simple_dns::{CLASS, Name, Packet, PacketFlag, RCODE, ResourceRecord};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::{LocalSet, spawn_local};

use super::*;

/// What the server answers; over UDP, long answers are cut off.
fn reply(question: &[u8], is_udp: bool) -> Vec<u8> {
    let question = Packet::parse(question).unwrap();
    let name = question.questions[0].qname.to_string();
    let mut reply = Packet::new_reply(question.id());
    let mut add = |data: RData<'static>| {
        let name = Name::new_unchecked("x").into_owned();
        reply.answers.push(ResourceRecord::new(name, CLASS::IN, 60, data));
    };
    match name.as_str() {
        "_node._tcp.lan" => {
            for (at, host) in ["pi1.lan", "pi2.lan"].into_iter().enumerate() {
                add(RData::SRV(SRV {
                    priority: 0,
                    weight: 0,
                    port: 9100 + at as u16,
                    target: Name::new_unchecked(host),
                }));
            }
        }
        "many.lan" if is_udp => reply.set_flags(PacketFlag::TRUNCATION),
        "many.lan" => (0..100).for_each(|n| {
            add(RData::A(A {
                address: 0x0a00_0000 + n,
            }))
        }),
        "ns.lan" => add(RData::NS(NS(Name::new_unchecked("a.ns.lan")))),
        "broken.lan" => *reply.rcode_mut() = RCODE::ServerFailure,
        _ => *reply.rcode_mut() = RCODE::NameError,
    }
    reply.build_bytes_vec().unwrap()
}

async fn server() -> Resolver {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(address).await.unwrap();
    spawn_local(async move {
        let mut buffer = [0; 512];
        loop {
            let (length, from) = udp.recv_from(&mut buffer).await.unwrap();
            udp.send_to(&reply(&buffer[..length], true), from).await.unwrap();
        }
    });
    spawn_local(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            let mut question = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut question).await.unwrap();
            let reply = reply(&question, false);
            stream.write_u16(reply.len() as u16).await.unwrap();
            stream.write_all(&reply).await.unwrap();
        }
    });
    Resolver {
        servers: vec![address],
        search: vec!["lan".into()],
        ndots: 1,
    }
}

fn check(kind: RecordKind, name: &str, expect: Expect) {
    let source = DnsSource {
        names: vec![name.to_owned()],
        kind,
        port: 9100,
        refresh_interval: crate::config::PromDuration(std::time::Duration::from_secs(30)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let telemetry = Rc::new(Telemetry::default());
    let found = LocalSet::new().block_on(&runtime, async {
        ask(&source, &server().await, &telemetry).await
    });
    let shown = match found {
        Ok(found) if 10 < found.len() => format!("{} targets, the last {:?}\n", found.len(), found.last()),
        Ok(found) => found.iter().map(|labels| format!("{labels:?}\n")).collect(),
        // The port of the server is another one each time.
        Err(reason) => format!("{}\n", reason.replace(|c: char| c.is_ascii_digit(), "")),
    };
    expect.assert_eq(&format!("{shown}failures {}\n", telemetry.dns_failures.get()));
}

#[test]
fn services_and_servers() {
    check(
        RecordKind::Srv,
        "_node._tcp.lan",
        expect![[r#"
        {"__address__": "pi1.lan:9100", "__meta_dns_name": "_node._tcp.lan", "__meta_dns_srv_record_port": "9100", "__meta_dns_srv_record_target": "pi1.lan."}
        {"__address__": "pi2.lan:9101", "__meta_dns_name": "_node._tcp.lan", "__meta_dns_srv_record_port": "9101", "__meta_dns_srv_record_target": "pi2.lan."}
        failures 0
    "#]],
    );
    check(
        RecordKind::Ns,
        "ns.lan",
        expect![[r#"
        {"__address__": "a.ns.lan:9100", "__meta_dns_name": "ns.lan", "__meta_dns_ns_record_target": "a.ns.lan."}
        failures 0
    "#]],
    );
}

#[test]
fn an_answer_too_long_for_udp() {
    check(
        RecordKind::A,
        "many",
        expect![[r#"
        100 targets, the last Some({"__address__": "10.0.0.99:9100", "__meta_dns_name": "many"})
        failures 0
    "#]],
    );
}

#[test]
fn a_name_that_does_not_exist_and_one_that_cannot_be_asked_for() {
    check(
        RecordKind::A,
        "absent.lan.",
        expect![[r#"
        failures 0
    "#]],
    );
    check(
        RecordKind::A,
        "broken.lan.",
        expect![[r#"
        look up broken.lan: ...:: answered ServerFailure
        failures 1
    "#]],
    );
}
