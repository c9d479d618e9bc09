//! What a Kubernetes cluster consists of, under the names of kube-state-metrics.
//!
//! | module           | holds                                                                                     |
//! |------------------|-------------------------------------------------------------------------------------------|
//! | [`resource`]     | [`Resource`](resource::Resource): how one kind of object is read, and what is told of it   |
//! | [`resources`]    | every resource, one file each                                                             |
//! | [`allow_list`]   | which Kubernetes labels and annotations become labels                                     |

pub mod allow_list;
mod generator;
mod label_name;
mod lines;
mod metadata;
mod quantity;
pub mod resource;
mod resource_name;
pub mod resources;
mod schedule;
mod wire;
