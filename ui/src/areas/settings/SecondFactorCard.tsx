import { Alert, Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { ShieldCheck } from 'lucide-react';
import { QRCodeSVG } from 'qrcode.react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { invalidate } from '@/api/queries';
import { Card } from '@/components/Card';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { CopyField } from '@/components/CopyField';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusPill } from '@/components/StatusPill';
import { common } from '@/texts/common';
import { settings } from '@/texts/settings';
import classes from './SecondFactorCard.module.css';

const texts = settings.factor;
const QR_SIZE = 208;
/** The light border that scanners need, in modules. */
const QR_QUIET = 4;
const refresh = () => invalidate(['/api/v1/second-factor']);

/** The authenticator that signing in asks for. */
export function SecondFactorCard() {
  const { data, error, refetch } = api.useQuery('get', '/api/v1/second-factor', {});
  const [open, setOpen] = useState<'enrol' | 'remove' | undefined>();
  const close = () => setOpen(undefined);
  return (
    <Card
      title={texts.title}
      aside={data && <StatusPill tone={data.enrolled ? 'good' : 'off'} label={data.enrolled ? settings.factor.pillOn : settings.factor.pillOff} />}
    >
      <ProblemAlert problem={error} retry={() => void refetch()} />
      {data && (
        <>
          <div style={{ fontSize: '0.875rem', marginBottom: 12 }}>{data.enrolled ? texts.on : texts.off}</div>
          {data.enrolled ? (
            <Button size="xs" variant="default" onClick={() => setOpen('remove')}>
              {texts.remove}
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={() => setOpen('enrol')}>
              {texts.enrol}
            </Button>
          )}
        </>
      )}
      {open === 'enrol' && <EnrolDialog onClose={close} />}
      {open === 'remove' && <RemoveDialog onClose={close} />}
    </Card>
  );
}

/** Password, key, first code, recovery codes: one after the other. */
function EnrolDialog({ onClose }: { onClose: () => void }) {
  const begin = api.useMutation('post', '/api/v1/second-factor');
  const confirm = api.useMutation('post', '/api/v1/second-factor/confirm');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [secret, setSecret] = useState<Schemas['SecondFactorSecret'] | undefined>();
  const [codes, setCodes] = useState<string[] | undefined>();
  const done = () => {
    refresh();
    onClose();
  };
  const submit = async () => {
    if (!secret) {
      setSecret(await begin.mutateAsync({ body: { password } }));
      return;
    }
    const { recovery_codes: found } = await confirm.mutateAsync({ body: { code: code.replaceAll(' ', '') } });
    setCodes(found);
  };
  if (codes) {
    return (
      <Modal opened onClose={done} title={texts.codes} closeOnClickOutside={false} closeOnEscape={false}>
        <Stack gap="md">
          <Alert variant="light" color="yellow" icon={<ShieldCheck size={18} />}>
            {texts.codesHint}
          </Alert>
          <pre style={{ margin: 0, columns: 2, fontSize: '0.9375rem', lineHeight: 1.8 }}>{codes.join('\n')}</pre>
          <Group justify="flex-end">
            <Button onClick={done}>{texts.done}</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title={texts.enrol}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit().catch(() => undefined);
        }}
      >
        <Stack gap="md">
          <Text size="sm">{secret ? texts.scan : texts.beginHint}</Text>
          {secret ? (
            <>
              <QRCodeSVG
                value={secret.otpauth_url}
                title={texts.picture}
                role="img"
                size={QR_SIZE}
                marginSize={QR_QUIET}
                level="M"
                className={classes['picture']}
              />
              <CopyField label={texts.key} value={secret.secret} copyLabel={common.copy} />
              <a className="link" href={secret.otpauth_url} style={{ fontSize: '0.875rem' }}>
                {texts.link}
              </a>
              <TextInput
                label={texts.code}
                required
                data-autofocus
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={8}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
            </>
          ) : (
            <PasswordInput
              label={texts.password}
              required
              data-autofocus
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          <ProblemAlert problem={secret ? confirm.error : begin.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button
              type="submit"
              loading={begin.isPending || confirm.isPending}
              disabled={secret ? code.trim().length < 6 : password === ''}
            >
              {secret ? texts.confirm : texts.begin}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const remove = api.useMutation('post', '/api/v1/second-factor/remove');
  const [password, setPassword] = useState('');
  return (
    <ConfirmDialog
      title={texts.removeTitle}
      consequence={texts.removeConsequence}
      act={texts.remove}
      danger
      ready={password !== ''}
      onConfirm={async () => {
        await remove.mutateAsync({ body: { password } });
        refresh();
      }}
      onClose={onClose}
    >
      <PasswordInput
        label={texts.password}
        required
        data-autofocus
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
