# The gate for development and tests: as config.capnp, and issuers on this machine can be reached.

using Workerd = import "/workerd/workerd.capnp";
using Gate = import "config.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = Gate.gate),
    (name = "disk", disk = (path = "data", writable = true)),
    (name = "www", disk = (path = "www")),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "main")],
);
