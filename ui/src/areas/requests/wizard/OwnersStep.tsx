import { Input, Radio, Stack } from '@mantine/core';
import { useSession } from '@/api/session';
import { OwnersSelect } from '@/components/OwnersSelect';
import { wizard } from '@/texts/wizard';
import { errorAt, type Template } from './content';
import type { Draft } from './useDraft';

const texts = wizard.fields;

/** Who is accountable, and for how long. */
export function OwnersStep({ draft, template }: { draft: Draft; template: Template }) {
  const session = useSession();
  const { least = 1, most = 10, requester_only: only, group_ownership: groups = false } = template.ownership ?? {};
  const { periods } = template.lifecycle;
  return (
    <Stack gap="md">
      <Input.Wrapper label={texts.requester} labelElement="div">
        <div className="muted" style={{ fontSize: '0.875rem' }}>
          {texts.requesterHint(session?.display_name ?? '')}
          {only && `. ${texts.requesterOnly}`}
        </div>
      </Input.Wrapper>
      {!only && (
        <OwnersSelect
          label={texts.owners}
          description={texts.ownersHint(least, most)}
          groups={groups}
          most={Math.max(0, most - 1)}
          without={session?.user}
          value={draft.owners}
          onChange={draft.changeOwners}
          onBlur={() => draft.left('owners')}
          error={errorAt(draft.errors, 'owners')}
        />
      )}
      <Radio.Group
        label={texts.period}
        description={texts.periodHint}
        withAsterisk={periods.length > 1}
        name="period"
        value={draft.content.period ?? (periods.length === 1 ? (periods[0] ?? null) : null)}
        error={draft.errors['period']}
        onChange={(period) => draft.change({ period }, ['period'])}
      >
        <Stack gap={8} mt={8} mb={4}>
          {periods.map((period) => (
            <Radio key={period} value={period} label={period} aria-invalid={draft.errors['period'] ? true : undefined} />
          ))}
        </Stack>
      </Radio.Group>
    </Stack>
  );
}
