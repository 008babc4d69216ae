// Bringing up an engine, step by step.
export const enrolment = {
  title: 'Enrol an engine',
  sub: 'An engine runs on your own hardware beside one domain and dials out only',
  steps: { expect: 'Token', enrol: 'Enrol', assign: 'Assign', works: 'Works' },
  now: {
    expect: 'Say which engine is to come, and for which domain.',
    enrol: (name: string) => `${name} is expected. This page goes on by itself as soon as it has enrolled.`,
    assign: (name: string) => `${name} has enrolled and waits to be assigned.`,
    starting: (name: string) => `${name} belongs to the pool. Waiting for its first sign of life …`,
    works: (name: string) => `${name} works.`,
    revoked: (name: string) => `${name} was revoked for good. Enrol another one.`,
  },
  expect: {
    name: 'Name',
    nameHint: 'As administrators will see it: the name of its machine, say',
    nameMissing: 'Give it a name',
    domain: 'Domain',
    domainHint: 'The one domain that it will serve',
    noDomain: 'There is no domain yet. Add one first.',
    issue: 'Issue a token',
    lifetime: 'The token is good for eight hours and for this engine only.',
    known: 'Make a built-in engine known by its key',
  },
  enrol: {
    token: 'Token',
    copyToken: 'Copy the token',
    once: 'The token is shown now and never again: only its hash is kept.',
    goodUntil: 'Good until',
    lost: 'The token was shown once. If it was not kept, issue another one: the one before is good for nothing then.',
    none: 'No token is out for this engine: nobody can enrol as it.',
    repeated: 'This was done before, and the token is not shown again. Issue another one.',
    command: "Run in bash on the engine's machine, as the user that it will run as",
    commandHint:
      'It asks for the token, so that it is neither in the list of processes nor in the history of the shell. Put in your domain controller, its certificate authority and the account that the engine binds as.',
    commandHintSandbox:
      'It asks for the token, so that it is neither in the list of processes nor in the history of the shell.',
    again: 'It may be repeated until it succeeds. Private keys never leave that folder.',
  },
  assign: {
    key: 'Public key',
    compare: "Compare the key with what the agent's machine says, so that nobody else has taken the token:",
    compareCommand: "Run on the engine's machine",
    forbidden: 'Somebody who may change engines has to assign it.',
  },
  works: {
    start: "Run on the engine's machine, as a service",
    open: 'Open the engine',
    another: 'Enrol another one',
    redundancy: 'Enrol a second engine of this domain on another machine: if one is lost, nothing stands still.',
  },
  known: {
    title: 'Make a built-in engine known',
    consequence: 'For an engine inside the process of Tenure. Reports signed with this key count from now on.',
    act: 'Make known',
    key: 'Public key',
    keyHint: 'Ed25519, base64: what “tenure agent --public-key” prints',
  },
};
