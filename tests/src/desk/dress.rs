//! What makes a software TPM look like Google's: keys, templates and certificates in its NV memory.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use super::KeyCertificate;
use super::folder::Folder;
use super::swtpm::Swtpm;
use super::tools::Tools;

/// The kinds of attestation key, each with NV indices for its certificate and its template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyAlgorithm {
    /// RSA, 2048 bits, RSASSA with SHA-256.
    Rsa,
    /// ECDSA on P-256 with SHA-256.
    Ecc,
}

impl KeyAlgorithm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rsa, Self::Ecc];

    /// As the agent's `--algo` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ecc => "ecc",
        }
    }

    /// The NV index of its certificate, as tools write it.
    pub fn certificate_index(self) -> &'static str {
        match self {
            Self::Rsa => "0x01C10000",
            Self::Ecc => "0x01C10002",
        }
    }

    fn template_index(self) -> &'static str {
        match self {
            Self::Rsa => "0x01C10001",
            Self::Ecc => "0x01C10003",
        }
    }

    fn tool_name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa2048:rsassa-sha256:null",
            Self::Ecc => "ecc256:ecdsa-sha256:null",
        }
    }

    /// The key's public area before it is made (`TPMT_PUBLIC`).
    fn template(self, kind: KeyKind) -> Vec<u8> {
        let (algorithm, parameters) = match self {
            Self::Rsa => ("0001", "00100014000b0800000000000000"),
            Self::Ecc => ("0023", "00100018000b0003001000000000"),
        };
        let attributes = match kind {
            KeyKind::Restricted => "00050072",
            KeyKind::Unrestricted => "00040072",
        };
        hex::decode(format!("{algorithm}000b{attributes}0000{parameters}")).expect("hexadecimal")
    }
}

/// What the TPM lets a key sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// What it made itself, and nothing that looks like it.
    #[default]
    Restricted,
    /// Anything, a forged quote as well.
    Unrestricted,
}

impl KeyKind {
    fn attributes(self) -> &'static str {
        match self {
            Self::Restricted => {
                "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign"
            }
            Self::Unrestricted => "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign",
        }
    }
}

/// A TPM as it left the factory: the same for every test of a program, made once.
struct Factory {
    state: Vec<u8>,
    keys: BTreeMap<(KeyAlgorithm, KeyKind), Vec<u8>>,
}

const STATE_FILE: &str = "tpm2-00.permall";

static FACTORY: LazyLock<Result<Factory, String>> =
    LazyLock::new(|| Factory::run().map_err(|error| error.to_string()));

impl Factory {
    fn run() -> io::Result<Self> {
        let folder = Folder::new()?;
        Swtpm::manufacture(folder.path())?;
        let swtpm = Swtpm::start(folder.path(), 0)?;
        let tools = swtpm.tools();
        // Tests stop a TPM in every way: that must not lock its keys.
        tools.run(
            "tpm2_dictionarylockout",
            &["-s", "-n", "1000000", "-t", "1", "-l", "1"],
        )?;
        let mut keys = BTreeMap::new();
        for algorithm in KeyAlgorithm::ALL {
            for kind in [KeyKind::Restricted, KeyKind::Unrestricted] {
                keys.insert((algorithm, kind), public_key(tools, algorithm, kind)?);
            }
        }
        drop(swtpm);
        Ok(Self {
            state: fs::read(folder.path().join(STATE_FILE))?,
            keys,
        })
    }
}

/// Puts the state of the factory's TPM into a folder.
pub(super) fn unpack(folder: &Path) -> io::Result<()> {
    fs::write(folder.join(STATE_FILE), &factory()?.state)
}

/// The `SubjectPublicKeyInfo` of an attestation key, in DER.
pub(super) fn key(algorithm: KeyAlgorithm, kind: KeyKind) -> io::Result<&'static [u8]> {
    Ok(&factory()?.keys[&(algorithm, kind)])
}

/// Writes templates and certificates.
pub(super) fn dress(
    tools: &Tools,
    folder: &Path,
    kind: KeyKind,
    certificate: &KeyCertificate,
) -> io::Result<()> {
    for algorithm in KeyAlgorithm::ALL {
        let issued = certificate.issue(key(algorithm, kind)?);
        store(tools, folder, algorithm.certificate_index(), &issued)?;
        let template = algorithm.template(kind);
        store(tools, folder, algorithm.template_index(), &template)?;
    }
    Ok(())
}

fn factory() -> io::Result<&'static Factory> {
    FACTORY
        .as_ref()
        .map_err(|error| io::Error::other(error.clone()))
}

/// Makes the key that the template describes; it stays loaded.
pub(super) fn make_key(
    tools: &Tools,
    algorithm: KeyAlgorithm,
    kind: KeyKind,
    context: &str,
) -> io::Result<()> {
    let (algorithm, attributes) = (algorithm.tool_name(), kind.attributes());
    let primary = ["-Q", "-C", "e", "-g", "sha256", "-c", context];
    let key = ["-G", algorithm, "-a", attributes];
    tools
        .run("tpm2_createprimary", &[&primary[..], &key[..]].concat())
        .map(|_| ())
}

fn public_key(tools: &Tools, algorithm: KeyAlgorithm, kind: KeyKind) -> io::Result<Vec<u8>> {
    make_key(tools, algorithm, kind, "key.context")?;
    let readpublic = ["-Q", "-c", "key.context", "-f", "der", "-o", "key.der"];
    tools.run("tpm2_readpublic", &readpublic)?;
    tools.run("tpm2_flushcontext", &["-t"])?;
    fs::read(tools.folder().join("key.der"))
}

/// An NV index with the attributes of Google's: written once by the platform, read by anyone.
fn store(tools: &Tools, folder: &Path, index: &str, content: &[u8]) -> io::Result<()> {
    const ATTRIBUTES: &str = "platformcreate|ppwrite|ppread|ownerread|authread|no_da|writedefine";
    fs::write(folder.join("nv"), content)?;
    let size = content.len().to_string();
    tools.run(
        "tpm2_nvdefine",
        &["-Q", "-C", "p", "-s", &size, "-a", ATTRIBUTES, index],
    )?;
    tools.run("tpm2_nvwrite", &["-Q", "-C", "p", "-i", "nv", index])?;
    tools.run("tpm2_nvwritelock", &["-Q", "-C", "p", index])?;
    Ok(())
}
