//! docs/TOPOLOGIES.md shows descriptions and configurations: as they are, not as they were.

use std::path::Path;
use tenure_tests::topology::Topology;

fn read(path: &str) -> String {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(checkout.join(path)).unwrap()
}

/// What follows "`file` of `topology`" in the document: the file, and the lines of the block.
fn excerpts(topology: &str) -> Vec<(String, Vec<String>)> {
    let document = read("docs/TOPOLOGIES.md");
    let of = format!("` of `{topology}`");
    let mut found = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some((file, _)) = line.strip_prefix('`').and_then(|line| line.split_once(&of)) {
            let block = lines
                .by_ref()
                .skip_while(|line| !line.starts_with("```"))
                .skip(1);
            let block = block.take_while(|line| !line.starts_with("```"));
            found.push((
                file.to_owned(),
                block.map(|line| line.trim().to_owned()).collect(),
            ));
        }
    }
    found
}

/// Every line of every excerpt is in the file that the lab has just made. Folders are the lab's own, ids and keys are
/// drawn: the document says `/lab` and `…`.
pub(crate) fn shows_what_the_lab_makes(topology: &str, lab: &Topology) {
    for (file, lines) in excerpts(topology) {
        let folder = lab.lab_folder();
        let made = std::fs::read_to_string(folder.join(&file)).unwrap();
        let made = made.replace(folder.to_str().unwrap(), "/lab");
        assert!(!lines.is_empty(), "{file}");
        for line in lines {
            let mut parts = line.split('…');
            let (begins, ends) = (parts.next().unwrap(), parts.next_back().unwrap_or_default());
            let there = made.lines().map(str::trim).any(|found| {
                found == line
                    || line.contains('…') && found.starts_with(begins) && found.ends_with(ends)
            });
            assert!(
                there,
                "docs/TOPOLOGIES.md shows {line:?} in {file} of {topology}, which is:\n{made}"
            );
        }
    }
}

#[test]
fn the_document_describes_every_topology_as_it_is() {
    let document = read("docs/TOPOLOGIES.md");
    for topology in ["single", "single-ha", "multi", "sites"] {
        let described = read(&format!("lab/topologies/{topology}"));
        assert!(
            document.contains(described.trim_end()),
            "{topology} differs"
        );
    }
    for topology in ["multi-ha", "sites-ha"] {
        assert!(document.contains(&format!("`{topology}`")));
    }
    assert!(!excerpts("single-ha").is_empty());
}
