import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, http } from '@/api/client';
import { asProblem, problemName } from '@/api/problem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { signIn as texts } from '@/texts/signIn';

interface Props {
  /** With the id of who signed in. */
  onSignedIn: (user: string) => void;
}

/** E-mail, password and, where there is one, the second factor. */
export default function SignInForm({ onSignedIn }: Props) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const [notKept, setNotKept] = useState(false);
  const signIn = api.useMutation('post', '/api/v1/sessions');
  const problem = signIn.error && problemName(asProblem(signIn.error)) !== 'second-factor-needed' ? signIn.error : null;
  const submit = async () => {
    setNotKept(false);
    try {
      const { user } = await signIn.mutateAsync({ body: { email, password, code: asksCode ? code : null } });
      // The cookie travels by https, or on this machine; else the browser comes back without it.
      const { data } = await http.GET('/api/v1/sessions/current');
      if (data) onSignedIn(user);
      else setNotKept(true);
    } catch (error) {
      if (problemName(asProblem(error)) === 'second-factor-needed') setAsksCode(true);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack gap="md">
        <TextInput
          label={texts.email}
          type="email"
          autoComplete="username"
          required
          data-autofocus
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={texts.password}
          autoComplete="current-password"
          required
          maxLength={256}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {asksCode && (
          <TextInput
            label={texts.code}
            description={texts.codeHint}
            autoComplete="one-time-code"
            required
            autoFocus
            maxLength={64}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <ProblemAlert problem={problem} />
        {notKept && (
          <Alert role="alert" color="yellow" variant="light" title={texts.notOverHttp}>
            {texts.notOverHttpHint}
          </Alert>
        )}
        <Button type="submit" loading={signIn.isPending}>
          {texts.submit}
        </Button>
      </Stack>
    </form>
  );
}
