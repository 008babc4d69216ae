import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '@/api/client';
import { ProblemAlert } from '@/components/ProblemAlert';
import { verify as texts } from '@/texts/signIn';
import { mailedCode } from './mailedCode';

/** Proves an e-mail address by the code that was sent to it. */
export function VerifyForm({ onBack }: { onBack: () => void }) {
  const [code, setCode] = useState(mailedCode);
  const verify = api.useMutation('post', '/api/v1/verification');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        verify.mutate({ body: { code: code.trim() } });
      }}
    >
      <Stack gap="md">
        <TextInput
          label={texts.code}
          required
          autoComplete="one-time-code"
          maxLength={64}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <ProblemAlert problem={verify.error} />
        {verify.isSuccess && (
          <Alert role="status" color="teal" variant="light">
            {texts.done}
          </Alert>
        )}
        <Button type="submit" loading={verify.isPending} disabled={verify.isSuccess}>
          {texts.submit}
        </Button>
        <Button variant="subtle" onClick={onBack}>
          {texts.back}
        </Button>
      </Stack>
    </form>
  );
}
