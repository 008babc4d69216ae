//! What is asked of engines about their reach, the commands that grant what is missing, and what is kept of their logs.

use crate::scene::{context, given, id};
use chrono::{DateTime, Utc};
use tenure_domain::{
    Actor, DomainId,
    calibration::{AccountClass, Grantee, MOST_PLACES, PlaceUse, Right, places, with_imported},
    directory::{DomainCommand as C, *},
    engine::log::{EngineLog, KeptLine, LONGEST_SENTENCE, LogLevel, LogLine, MOST_LINES, merged},
    lifecycle::EndOfLifecycleAction,
    template::{AccountType, AttributeRule, TemplateAttribute, TemplateContent},
};
use uuid::Uuid;

const CORP: Grantee<'static> = Grantee {
    account: "tenure-agent@corp.example.com",
    base_dn: "OU=Here,DC=corp,DC=example,DC=com",
};

fn template(kind: AccountType, ou: &str, retirement: Option<&str>) -> TemplateContent {
    let mut content = crate::scene::template(EndOfLifecycleAction::Review);
    content.account_type = kind;
    content.directory.domain = id("domain");
    content.directory.ou = ou.into();
    content.directory.other_ous = vec![];
    content.directory.retirement_ou = retirement.map(Into::into);
    content.directory.groups = vec![];
    content.directory.attributes = vec![];
    content
}

#[test]
fn that_somebody_asked_is_recorded_unless_the_domain_is_disabled() {
    let registered: DomainEvent = DomainRegistered {
        content: DomainContent {
            name: "corp.example.com".into(),
            kind: DomainKind::ActiveDirectory,
            base_dn: "DC=corp,DC=example,DC=com".into(),
        },
    }
    .into();
    let ctx = || context(Actor::system("test"), ());
    given::<Domain>([registered.clone()])
        .when(C::Calibrate { engine: None }, &ctx())
        .then([CalibrationAsked { engine: None }.into()]);
    given::<Domain>([registered, DomainDisabled {}.into()])
        .when(C::Calibrate { engine: None }, &ctx())
        .refused(DomainRefusal::Disabled);
    given::<Domain>([])
        .when(C::Calibrate { engine: None }, &ctx())
        .refused(DomainRefusal::Unknown);
}

#[test]
fn each_place_is_asked_about_once_for_what_templates_want_of_it() {
    let domain: DomainId = id("domain");
    let mut users = template(
        AccountType::AdUser,
        "OU=Service,DC=corp,DC=example",
        Some("OU=Retired,DC=corp,DC=example"),
    );
    let attribute = |name: &str| TemplateAttribute {
        name: name.into(),
        rule: AttributeRule::Optional,
    };
    users.directory.attributes = vec![attribute("department"), attribute("Department")];
    users.directory.optional_groups = vec!["CN=Batch,DC=corp,DC=example".into()];
    let gmsas = template(
        AccountType::AdGmsa,
        "OU=Machines,DC=corp,DC=example",
        Some("ou=retired, dc=corp,dc=example"),
    );
    let mut foreign = template(AccountType::AdUser, "OU=Elsewhere,DC=other", None);
    foreign.directory.domain = id("another domain");

    let (places, more) = places(domain, [&users, &gmsas, &foreign].into_iter());

    assert_eq!(more, 0);
    let found: Vec<_> = places
        .iter()
        .map(|place| (place.dn.as_str(), place.uses.iter().copied().collect()))
        .collect();
    let expected: Vec<(&str, Vec<PlaceUse>)> = vec![
        ("OU=Service,DC=corp,DC=example", vec![PlaceUse::Accounts]),
        (
            "OU=Retired,DC=corp,DC=example",
            vec![
                PlaceUse::RetiredAccounts,
                PlaceUse::RetiredManagedServiceAccounts,
            ],
        ),
        ("CN=Batch,DC=corp,DC=example", vec![PlaceUse::Members]),
        (
            "OU=Machines,DC=corp,DC=example",
            vec![PlaceUse::ManagedServiceAccounts],
        ),
    ];
    assert_eq!(found, expected);
    let of = |class| places[1].attributes_of(class).collect::<Vec<_>>();
    assert_eq!(of(AccountClass::User), ["department"]);
    assert!(of(AccountClass::ManagedServiceAccount).is_empty());
    // A place of group managed service accounts alone is asked about nothing else.
    assert_eq!(
        places[3].classes().into_iter().collect::<Vec<_>>(),
        [AccountClass::ManagedServiceAccount]
    );
    assert!(places[2].classes().is_empty());
}

#[test]
fn more_places_than_one_answer_can_speak_of_are_counted() {
    let templates: Vec<_> = (0..MOST_PLACES + 2)
        .map(|n| template(AccountType::AdUser, &format!("OU=U{n},DC=corp"), None))
        .collect();
    let (places, more) = places(id("domain"), templates.iter());
    assert_eq!((places.len(), more), (MOST_PLACES, 2));
}

#[test]
fn places_where_accounts_were_imported_are_asked_about_unless_a_template_covers_them() {
    let service = template(
        AccountType::AdUser,
        "OU=Service,DC=corp",
        Some("OU=Retired,DC=corp"),
    );
    let machines = template(AccountType::AdGmsa, "OU=Machines,DC=corp", None);
    let named = places(id("domain"), [&service, &machines].into_iter());
    let units = [
        "ou=service, DC=corp",
        "OU=Legacy,DC=corp",
        "OU=Machines,DC=corp",
    ];
    let (found, more) = with_imported(named, units.into_iter().map(Into::into));
    assert_eq!(more, 0);
    let told: Vec<_> = found
        .iter()
        .filter(|place| place.uses.contains(&PlaceUse::ImportedAccounts))
        .map(|place| place.dn.as_str())
        .collect();
    assert_eq!(told, ["OU=Legacy,DC=corp", "OU=Machines,DC=corp"]);
    // What is imported is written, and nothing is made there.
    let legacy = found.iter().find(|place| place.dn == told[0]).unwrap();
    assert_eq!(legacy.classes().len(), 1);
    assert!(legacy.gains().is_empty());
    assert_eq!(found[0].gains(), found[0].classes());

    let many: Vec<_> = (0..MOST_PLACES)
        .map(|n| template(AccountType::AdUser, &format!("OU=U{n},DC=corp"), None))
        .collect();
    let full = places(id("domain"), many.iter());
    let (found, more) = with_imported(full, ["OU=Legacy,DC=corp".into()].into_iter());
    assert_eq!((found.len(), more), (MOST_PLACES, 1));
}

#[test]
fn each_right_has_its_commands() {
    let dn = "OU=Service Accounts,DC=corp,DC=example,DC=com";
    let user = AccountClass::User;
    let create = Right::CreateAccounts { class: user }.grant(dn, CORP);
    assert_eq!(
        create.dsacls.unwrap(),
        format!("dsacls \"{dn}\" /I:T /G \"{}:CCDC;user\"", CORP.account)
    );
    assert_eq!(
        create.powershell.unwrap(),
        "Import-Module ActiveDirectory; \
         $s = ([System.Security.Principal.NTAccount]'tenure-agent@corp.example.com').Translate([System.Security.Principal.SecurityIdentifier]); \
         $p = 'AD:\\OU=Service Accounts,DC=corp,DC=example,DC=com'; $a = Get-Acl -LiteralPath $p; \
         $a.AddAccessRule([System.DirectoryServices.ActiveDirectoryAccessRule]::new($s, 'CreateChild, DeleteChild', 'Allow', \
         [guid]'bf967aba-0de6-11d0-a285-00aa003049e2', 'All')); Set-Acl -LiteralPath $p -AclObject $a"
    );
    let names = vec!["department".to_owned(), "title".to_owned()];
    let write = Right::WriteAttributes { class: user, names }.grant(dn, CORP);
    assert_eq!(
        write.dsacls.unwrap(),
        format!(
            "dsacls \"{dn}\" /I:S /G \"{0}:WP;department;user\" \"{0}:WP;title;user\"",
            CORP.account
        )
    );
    assert!(
        write
            .powershell
            .unwrap()
            .contains("foreach ($n in 'department', 'title')")
    );
    let deletions = Right::SeeDeletions.grant("", CORP);
    assert_eq!(deletions.powershell, None);
    assert_eq!(
        deletions.dsacls.unwrap().lines().next(),
        Some("dsacls \"CN=Deleted Objects,DC=corp,DC=example,DC=com\" /takeownership")
    );
    // `dsacls` knows no distinguished names of accounts.
    let to = Grantee {
        account: "CN=agent,DC=corp",
        ..CORP
    };
    let members = Right::ChangeMembers.grant("CN=Batch,DC=corp", to);
    assert_eq!(members.dsacls, None);
    assert!(
        members
            .powershell
            .unwrap()
            .contains("(Get-ADUser -Identity 'CN=agent,DC=corp').SID")
    );
}

#[test]
fn no_name_breaks_out_of_a_command() {
    let create = Right::CreateAccounts {
        class: AccountClass::User,
    };
    for hostile in [
        "OU=a\" & calc & \",DC=x",
        "OU=%PATH%,DC=x",
        "OU=$(calc),DC=x",
        "OU=a`b,DC=x",
        "OU=a\\",
    ] {
        assert_eq!(create.grant(hostile, CORP).dsacls, None, "{hostile}");
        let to = Grantee {
            account: hostile,
            ..CORP
        };
        assert_eq!(create.grant("OU=a,DC=x", to).dsacls, None, "{hostile}");
    }
    let typographic = create
        .grant("OU=O'Hara’s; calc,DC=x", CORP)
        .powershell
        .unwrap();
    assert!(
        typographic.contains("$p = 'AD:\\OU=O''Hara’’s; calc,DC=x'; "),
        "{typographic}"
    );
    for unprintable in ["OU=a\nb,DC=x", "OU=a\0,DC=x", ""] {
        let grant = create.grant(unprintable, CORP);
        assert_eq!(
            (grant.dsacls, grant.powershell),
            (None, None),
            "{unprintable:?}"
        );
    }
    let names = vec!["a;user\" \"Everyone:GA".to_owned()];
    let write = Right::WriteAttributes {
        class: AccountClass::User,
        names,
    };
    let grant = write.grant("OU=a,DC=x", CORP);
    assert_eq!((grant.dsacls, grant.powershell), (None, None));
}

fn line(number: u64, sentence: &str) -> LogLine {
    LogLine {
        number,
        at: DateTime::<Utc>::UNIX_EPOCH,
        level: LogLevel::Info,
        account: None,
        sentence: sentence.into(),
    }
}

fn told(start: Uuid, lines: Vec<LogLine>) -> EngineLog {
    EngineLog {
        domain: id("domain"),
        engine: id("engine"),
        start,
        at: DateTime::<Utc>::UNIX_EPOCH,
        lines,
    }
}

fn numbers(kept: &[KeptLine]) -> Vec<u64> {
    kept.iter().map(|kept| kept.line.number).collect()
}

#[test]
fn what_is_told_twice_or_out_of_order_is_kept_once_and_in_order() {
    let (first, second) = (id::<DomainId>("first").0, id::<DomainId>("second").0);
    let kept = merged(vec![], told(first, vec![line(3, "c"), line(4, "d")]));
    let kept = merged(
        kept,
        told(first, vec![line(1, "a"), line(2, "b"), line(3, "c")]),
    );
    assert_eq!(numbers(&kept), [1, 2, 3, 4]);
    // Another start counts anew, and its lines come after.
    let kept = merged(kept, told(second, vec![line(1, "started")]));
    assert_eq!(numbers(&kept), [1, 2, 3, 4, 1]);
    // As kept, so read back.
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(serde_json::from_str::<Vec<KeptLine>>(&text).unwrap(), kept);
}

#[test]
fn the_newest_lines_are_kept_and_every_line_is_bounded_text() {
    let start = id::<DomainId>("start").0;
    let many = (0..3 * MOST_LINES as u64).map(|n| line(n, "x")).collect();
    let kept = merged(vec![], told(start, many));
    assert_eq!(kept.len(), MOST_LINES);
    assert_eq!(numbers(&kept)[0], 2 * MOST_LINES as u64);
    let hostile = format!("a\r\n\u{1b}[31m\u{202e}<script>{}", "é".repeat(1_000));
    let kept = merged(vec![], told(start, vec![line(1, &hostile)]));
    let sentence = &kept[0].line.sentence;
    assert_eq!(sentence.chars().count(), LONGEST_SENTENCE);
    assert!(
        sentence.starts_with("a   [31m <script>é") && sentence.ends_with('…'),
        "{sentence}"
    );
}
