//! What one program is called and where it listens.

/// The facts of one program that the shared server needs.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Name of the installed binary: `pi-node-exporter`.
    pub binary: &'static str,
    /// Prefix of `<name>_build_info`, as the reference has it: `node_exporter`.
    pub name: &'static str,
    /// Heading of the landing page: `Node Exporter`.
    pub title: &'static str,
    /// One sentence for `--help` and the landing page.
    pub description: &'static str,
    /// Version of this program.
    pub version: &'static str,
    /// Default of `--web.listen-address`: `:9100`.
    pub listen_address: &'static str,
    /// Whether `/metrics` answers OpenMetrics to a client that prefers it.
    /// Off where the reference answers text 0.0.4 only.
    pub negotiates_openmetrics: bool,
}
