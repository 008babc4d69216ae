export const signIn = {
  title: 'Sign in',
  email: 'E-mail address',
  password: 'Password',
  code: 'Code of your authenticator',
  codeHint: 'Six digits, or one of your recovery codes',
  submit: 'Sign in',
  notOverHttp: 'The session could not be kept',
  notOverHttpHint:
    'Without https, browsers on other machines cannot be given a session. Reach Tenure by https, or on this machine.',
  firstPassword: 'I have a code for my first password',
};

export const firstPassword = {
  title: 'Choose your password',
  hint: 'The code came by e-mail when you were registered.',
  code: 'Code',
  password: 'New password',
  passwordHint: 'At least 12 characters',
  submit: 'Set the password',
  done: 'Your password is set. Sign in with it.',
  back: 'Back to sign-in',
};

export const setUp = {
  title: 'Set up Tenure',
  hint: 'You become the first administrator.',
  code: 'Set-up code',
  codeHint: 'Printed by the server at its first start, once',
  displayName: 'Your name',
  email: 'E-mail address',
  emailHint: 'To sign in with, and for notifications',
  password: 'Password',
  passwordHint: 'At least 12 characters, hard to guess',
  submit: 'Set up and sign in',
};

export const verify = {
  title: 'Confirm your e-mail address',
  hint: 'The code came by e-mail.',
  code: 'Code',
  submit: 'Confirm',
  done: 'The address is confirmed: notifications go to it.',
  back: 'Go to Tenure',
};
