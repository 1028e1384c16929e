# The gate on one machine: `workerd serve config.capnp`.
#
# Settings come from the environment. Data goes to the folder `data`, which must exist. To listen or keep
# data elsewhere:
#   workerd serve config.capnp --socket-addr http=127.0.0.1:8787 --directory-path disk=/var/lib/sealgate

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .gate),
    (name = "disk", disk = (path = "data", writable = true)),
    (name = "www", disk = (path = "www")),
    # Issuers are on the public internet, and nothing inside a network may be reached from here.
    (name = "internet", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "main")],
);

const gate :Workerd.Worker = (
  modules = [
    (name = "entry.js", esModule = embed "bundle/entry.js"),
    (name = "./index.js", esModule = embed "bundle/index.js"),
    (name = "./index_bg.wasm", wasm = embed "bundle/index_bg.wasm"),
  ],
  compatibilityDate = "2026-05-03",
  bindings = [
    (name = "SECRET", durableObjectNamespace = "Secret"),
    (name = "INDEX", durableObjectNamespace = "Index"),
    (name = "ISSUER_KEYS", durableObjectNamespace = "IssuerKeys"),
    (name = "ASSETS", service = "www"),
    (name = "SEALGATE_ROOT_KEY", fromEnvironment = "SEALGATE_ROOT_KEY"),
    (name = "SEALGATE_ORIGIN", fromEnvironment = "SEALGATE_ORIGIN"),
    (name = "SEALGATE_ALLOW_HTTP", fromEnvironment = "SEALGATE_ALLOW_HTTP"),
    (name = "SEALGATE_ISSUERS", fromEnvironment = "SEALGATE_ISSUERS"),
    (name = "SEALGATE_ADMINS", fromEnvironment = "SEALGATE_ADMINS"),
    (name = "SEALGATE_DEFAULT_SECRET", fromEnvironment = "SEALGATE_DEFAULT_SECRET"),
  ],
  # Class names and keys are part of the stored data: they never change.
  durableObjectNamespaces = [
    (className = "Secret", uniqueKey = "sealgate-secret", enableSql = true),
    (className = "Index", uniqueKey = "sealgate-index", enableSql = true),
    (className = "IssuerKeys", uniqueKey = "sealgate-issuer-keys", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "disk"),
);
