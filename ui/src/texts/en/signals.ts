/** What can be seen in an unmanaged account: what it is called, and why it matters or what helps. */
export const signals: Record<string, { label: string; why: string }> = {
  privileged: {
    label: 'Member of a privileged group',
    why: 'Whoever has its password owns the domain. Take it out of the group, directly or through the groups between.',
  },
  'unconstrained-delegation': {
    label: 'Unconstrained delegation',
    why: 'Whoever signs in to its service can be impersonated anywhere. Constrain it to the services that it needs.',
  },
  'protocol-transition': {
    label: 'May impersonate anybody',
    why: 'By protocol transition it acts as people who never signed in to it. Prefer delegation on the resource.',
  },
  'preauthentication-off': {
    label: 'Kerberos pre-authentication is off',
    why: 'Anybody may ask for what its password can be guessed from, offline. Switch pre-authentication on.',
  },
  'password-not-required': {
    label: 'May have an empty password',
    why: 'The password policy does not apply to it. Take the flag away and set a password.',
  },
  'reversible-password': {
    label: 'Password stored reversibly',
    why: "Whoever reads the directory's database reads the password. Take the flag away and set a new one.",
  },
  'des-only': { label: 'DES only', why: 'Its tickets are broken within hours. Allow AES.' },
  'constrained-delegation': {
    label: 'Constrained delegation',
    why: 'It acts as others towards some services: check that it still needs to.',
  },
  'weak-encryption': {
    label: 'No AES for its tickets',
    why: 'Tickets by RC4 make guessing its password fast. Allow AES, then set the password anew.',
  },
  'password-never-expires': {
    label: 'Password never expires',
    why: 'Whoever once learnt it knows it for ever. A managed account has an owner and an end.',
  },
  'old-password': { label: 'Old password', why: 'Everybody who has left since may know it. Set a new one.' },
  'never-signed-in': { label: 'Never signed in', why: 'Nobody may need it: ask its manager, then disable it.' },
  unused: { label: 'Not signed in for long', why: 'What used it may be gone: ask its manager, then disable it.' },
  'service-principal-name': {
    label: 'Runs a service',
    why: 'Anybody in the domain may ask for a ticket and guess the password offline: it has to be long and random.',
  },
  disabled: { label: 'Disabled, and still there', why: 'Somebody may enable it again, with whatever it may do.' },
  expired: { label: 'Expired, and still there', why: 'Somebody may extend it again, with whatever it may do.' },
  'managed-service-account': {
    label: 'Managed service account',
    why: 'The directory changes its password by itself; it still lacks an owner and an end.',
  },
  'name-pattern': { label: 'Named like a service account', why: 'Says only what it may be.' },
};
