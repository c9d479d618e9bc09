//! Open listeners.

use std::fs::Permissions;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Type};
use tokio::net::{TcpListener, UnixListener};

use super::ListenAddress;
use crate::StartError;
use crate::stream::Socket;

/// Connections that the system keeps until they are accepted. A burst of a thousand clients must not meet a closed door.
const BACKLOG: i32 = 1024;
/// Owner and group may connect.
const UNIX_SOCKET_MODE: u32 = 0o660;

/// An open listener.
#[derive(Debug)]
pub enum Listener {
    /// TCP.
    Tcp(TcpListener),
    /// Unix, with the file to remove at the end; none where systemd owns it.
    Unix(UnixListener, Option<SocketFile>),
}

/// A Unix socket's file, removed when dropped.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Listener {
    /// Opens a listener. Needs a runtime. Fails with one line that names the address.
    pub fn bind(address: &ListenAddress) -> Result<Self, StartError> {
        let opened = match address {
            ListenAddress::Any { port } => any(*port),
            ListenAddress::Host { host, port } => host_port(host, *port),
            ListenAddress::Unix(path) => unix(path),
        };
        opened.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError(format!(
                "listen on {address}: the address is in use by another program"
            )),
            _ => StartError(format!("listen on {address}: {error}")),
        })
    }

    /// The next connection.
    pub(crate) async fn accept(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp(listener) => {
                let (socket, _) = listener.accept().await?;
                // An answer is written in one go; waiting for more to send would only delay it.
                let _ = socket.set_nodelay(true);
                Ok(Socket::Tcp(socket))
            }
            Self::Unix(listener, _) => Ok(Socket::Unix(listener.accept().await?.0)),
        }
    }

    /// The address as it is logged: `[::]:9100`, `unix:/run/x.sock`.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Tcp(listener) => listener
                .local_addr()
                .map_or_else(|_| "unknown".to_owned(), |address| address.to_string()),
            Self::Unix(_, Some(file)) => format!("unix:{}", file.path.display()),
            Self::Unix(listener, None) => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                path.map_or_else(|| "unix:".to_owned(), |path| format!("unix:{}", path.display()))
            }
        }
    }

    /// Takes over a socket that listens already.
    pub(super) fn inherited(socket: socket2::Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        socket.set_cloexec(true)?;
        if !socket.is_listener()? {
            return Err(io::Error::other("it does not listen"));
        }
        if socket.r#type()? != Type::STREAM {
            return Err(io::Error::other("it is not a stream socket"));
        }
        match socket.domain()? {
            Domain::UNIX => Ok(Self::Unix(UnixListener::from_std(socket.into())?, None)),
            Domain::IPV4 | Domain::IPV6 => Ok(Self::Tcp(TcpListener::from_std(socket.into())?)),
            _ => Err(io::Error::other("it is neither TCP nor Unix")),
        }
    }
}

/// Both protocols on one socket; IPv4 alone where the kernel has no IPv6.
fn any(port: u16) -> io::Result<Listener> {
    match tcp(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))) {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            tcp(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)))
        }
        other => other,
    }
}

/// The first address of the host that can be bound.
fn host_port(host: &str, port: u16) -> io::Result<Listener> {
    let mut last = io::Error::other("the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match tcp(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn tcp(address: SocketAddr) -> io::Result<Listener> {
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        // A wildcard serves both protocols whatever net.ipv6.bindv6only says.
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    // A restart must not wait for the connections of the process before.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(Listener::Tcp(TcpListener::from_std(socket.into())?))
}

fn unix(path: &Path) -> io::Result<Listener> {
    remove_stale(path)?;
    let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    // Nobody can connect before `listen`, so there is no moment with other permissions.
    std::fs::set_permissions(path, Permissions::from_mode(UNIX_SOCKET_MODE))?;
    let metadata = std::fs::symlink_metadata(path)?;
    let file = SocketFile {
        path: path.to_owned(),
        device: metadata.dev(),
        inode: metadata.ino(),
    };
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(Listener::Unix(UnixListener::from_std(socket.into())?, Some(file)))
}

/// Removes the file of a socket on which nobody listens any more. Anything else in its place is left alone.
fn remove_stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if !metadata.file_type().is_socket() => {
            Err(io::Error::other("something that is not a socket stands there"))
        }
        Ok(_) => match UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
            Err(error) => Err(error),
            Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
        },
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // A successor may have put its own socket there.
        let still_ours = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|metadata| metadata.dev() == self.device && metadata.ino() == self.inode);
        if still_ours && let Err(error) = std::fs::remove_file(&self.path) {
            log::warn!(path:% = self.path.display(), error:%; "socket not removed");
        }
    }
}
