import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { asProblem, fieldErrors } from '@/api/problem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { firstPassword as texts } from '@/texts/signIn';
import { mailedCode } from './mailedCode';

/** A new person chooses a password with the code that came by e-mail. */
export function FirstPasswordForm({ onBack }: { onBack: () => void }) {
  const [code, setCode] = useState(mailedCode);
  const [password, setPassword] = useState('');
  const choose = api.useMutation('post', '/api/v1/first-password');
  const errors = fieldErrors(choose.error ? asProblem(choose.error) : null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        choose.mutate({ body: { code: code.trim(), password } });
      }}
    >
      <Stack gap="md">
        <TextInput
          label={texts.code}
          required
          autoComplete="one-time-code"
          value={code}
          error={errors['code']}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <PasswordInput
          label={texts.password}
          description={texts.passwordHint}
          required
          autoComplete="new-password"
          minLength={12}
          maxLength={256}
          value={password}
          error={errors['password']}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <ProblemAlert problem={choose.error} shownFields={['code', 'password']} />
        {choose.isSuccess && (
          <Alert role="status" color="teal" variant="light">
            {texts.done}
          </Alert>
        )}
        <Button type="submit" loading={choose.isPending} disabled={choose.isSuccess}>
          {texts.submit}
        </Button>
        <Button variant="subtle" onClick={onBack}>
          {texts.back}
        </Button>
      </Stack>
    </form>
  );
}
