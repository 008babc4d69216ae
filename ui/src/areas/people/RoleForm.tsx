import { Button, Group, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useSession } from '@/api/session';
import { LeaveDialog } from '@/components/LeaveDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { common } from '@/texts/common';
import { role as texts } from '@/texts/people';
import { PermissionMatrix } from './PermissionMatrix';
import { RoleSimulation } from './RoleSimulation';

interface Content {
  name: string;
  permissions: string[];
}

interface Props {
  /** Of a role that is there: what saving it would do can be tried out. */
  id?: string;
  content: Content;
  act: string;
  save: (content: Content) => Promise<unknown>;
  onCancel?: () => void;
}

/** Name and matrix of a role; what is typed stays until it is saved. */
export function RoleForm({ id, content, act, save, onCancel }: Props) {
  const session = useSession();
  const [name, setName] = useState(content.name);
  const [permissions, setPermissions] = useState<ReadonlySet<string>>(new Set(content.permissions));
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const saved = useRef(false);
  const before = new Set(content.permissions);
  const dirty =
    name !== content.name || permissions.size !== before.size || [...permissions].some((cell) => !before.has(cell));
  const submit = async () => {
    setBusy(true);
    setProblem(null);
    saved.current = true;
    try {
      await save({ name: name.trim(), permissions: [...permissions].toSorted() });
    } catch (error) {
      saved.current = false;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '' && dirty && !busy) void submit();
      }}
    >
      <TextInput
        label={texts.name}
        required
        maxLength={80}
        maw={420}
        mb="md"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <p className="muted" style={{ fontSize: '0.8125rem', maxWidth: 640 }}>
        {texts.matrixHint}
      </p>
      <PermissionMatrix
        permissions={permissions}
        within={new Set(session?.permissions)}
        onChange={setPermissions}
      />
      {id !== undefined && dirty && (
        <div style={{ marginTop: 16 }}>
          <RoleSimulation id={id} permissions={permissions} />
        </div>
      )}
      <ProblemAlert problem={problem} />
      <Group mt="md" justify="flex-end">
        <span className="muted" style={{ fontSize: '0.8125rem', flex: 1, minWidth: 200 }}>
          {texts.saveConsequence}
        </span>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {common.cancel}
          </Button>
        )}
        <Button type="submit" loading={busy} disabled={name.trim() === '' || !dirty}>
          {act}
        </Button>
      </Group>
      <LeaveDialog dirty={dirty} done={() => saved.current} />
    </form>
  );
}
