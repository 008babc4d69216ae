import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { asProblem, fieldErrors } from '@/api/problem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { setUp as texts } from '@/texts/signIn';

/** The first start: whoever has the code that the server printed becomes the administrator. */
export function SetUpForm({ onDone }: { onDone: () => void }) {
  const [fields, setFields] = useState({ code: '', display_name: '', email: '', password: '' });
  const setUp = api.useMutation('post', '/api/v1/setup');
  const signIn = api.useMutation('post', '/api/v1/sessions');
  const problem = setUp.error ?? signIn.error;
  const errors = fieldErrors(problem ? asProblem(problem) : null);
  const field = (name: keyof typeof fields) => ({
    value: fields[name],
    error: errors[name],
    required: true,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setFields((before) => ({ ...before, [name]: value }));
    },
  });
  const submit = async () => {
    try {
      await setUp.mutateAsync({ body: fields });
      await signIn.mutateAsync({ body: { email: fields.email, password: fields.password } });
      onDone();
    } catch {
      // Shown below.
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
        <TextInput label={texts.code} description={texts.codeHint} autoComplete="off" maxLength={128} {...field('code')} />
        <TextInput label={texts.displayName} autoComplete="name" maxLength={120} {...field('display_name')} />
        <TextInput
          label={texts.email}
          description={texts.emailHint}
          type="email"
          autoComplete="username"
          maxLength={254}
          {...field('email')}
        />
        <PasswordInput
          label={texts.password}
          description={texts.passwordHint}
          autoComplete="new-password"
          minLength={12}
          maxLength={256}
          {...field('password')}
        />
        <ProblemAlert problem={problem} shownFields={Object.keys(fields)} />
        <Button type="submit" loading={setUp.isPending || signIn.isPending}>
          {texts.submit}
        </Button>
      </Stack>
    </form>
  );
}
