//! What a Kubernetes cluster consists of, under the names of kube-state-metrics.
//!
//! ```text
//! API server → read (list, watch) → resources (decode, render) → store (lines of each object) → body → HTTP
//! ```
//!
//! | module             | holds                                                                                     |
//! |--------------------|-------------------------------------------------------------------------------------------|
//! | [`resource`]       | [`Resource`](resource::Resource): how one kind of object is read, and what is told of it   |
//! | [`resources`]      | every resource, one file each                                                             |
//! | [`allow_list`]     | which Kubernetes labels and annotations become labels                                     |
//! | [`subject`]        | [`Subject`](subject::Subject): what a reader reads, of a resource or of anything else       |
//! | [`connect`]        | kubeconfig, service account, k3s: how the API server is reached                            |
//! | [`api`]            | the API server, asked                                                                     |
//! | [`read`]           | lists and watches, kept up for as long as the process lives                                |
//! | [`store`]          | the lines of every object                                                                 |
//! | [`body`]           | the body of a scrape, made while it is sent; [`compressed`] keeps it until something changes |
//! | [`cluster`]        | the readers and the store of one set of options                                            |
//! | [`cluster_role`]   | the rights that all this needs                                                             |
//! | [`shard`]          | which objects are ours; [`auto_shard`] asks the StatefulSet that runs this pod             |
//! | [`custom_resources`] | what the configuration tells of objects that are not Kubernetes' own                          |
//! | [`auth_filter`]    | who may have samples, as the API server says                                               |
//! | [`flags`]          | the command line; [`options`] what it means, [`config_file`] what `--config` adds          |
//! | [`watched_file`]   | a file that may be written anew                                                            |
//! | [`filter`]         | which families are wanted                                                                 |
//! | [`context`]        | the options in force and what is served, and their change                                  |
//! | [`exporter`]       | what is served at the main port; [`telemetry_page`] at the other one                      |
//! | [`telemetry`]      | what the process counts about its reading                                                 |
//! | [`error`]          | [`Error`]: why objects are not there                                                       |

pub mod allow_list;
pub mod api;
pub mod auth_filter;
pub mod auto_shard;
pub mod body;
pub mod cluster;
pub mod cluster_role;
pub mod compressed;
pub mod config_file;
pub mod connect;
pub mod context;
pub mod custom_resources;
mod duration;
pub mod error;
pub mod exporter;
pub mod filter;
pub mod flags;
mod generator;
mod label_name;
mod lines;
mod metadata;
pub mod options;
mod quantity;
pub mod read;
pub mod resource;
mod resource_name;
pub mod resources;
mod schedule;
pub mod shard;
pub mod store;
pub mod subject;
pub mod telemetry;
pub mod telemetry_page;
pub mod watched_file;
mod wire;

pub use error::Error;
pub use exporter::KubeStateExporter;
