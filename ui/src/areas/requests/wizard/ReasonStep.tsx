import { Checkbox, Input, Stack, Textarea } from '@mantine/core';
import { wizard } from '@/texts/wizard';
import type { Template } from './content';
import type { Draft } from './useDraft';

const texts = wizard.fields;

/** Why it is needed, and the terms that the requester accepts. */
export function ReasonStep({ draft, template }: { draft: Draft; template: Template }) {
  const terms = template.terms_of_service;
  return (
    <Stack gap="md">
      {draft.content.kind.type === 'renewal' && <p className="muted">{wizard.renewalHint}</p>}
      <Textarea
        label={texts.justification}
        description={texts.justificationHint}
        withAsterisk={template.approval.justification_required ?? false}
        autosize
        minRows={3}
        maxRows={12}
        value={draft.content.justification ?? ''}
        error={draft.errors['justification']}
        onChange={(event) => draft.change({ justification: event.currentTarget.value }, ['justification'])}
        onBlur={() => draft.left('justification')}
      />
      {terms && (
        <Input.Wrapper label={texts.terms} labelElement="div">
          <blockquote
            tabIndex={0}
            aria-label={texts.terms}
            style={{
              margin: '6px 0 12px',
              padding: '10px 14px',
              border: '1px solid var(--line)',
              borderRadius: 8,
              maxHeight: 220,
              overflow: 'auto',
              fontSize: '0.875rem',
              whiteSpace: 'pre-line',
            }}
          >
            {terms}
          </blockquote>
          <Checkbox
            label={texts.accept}
            checked={draft.content.terms_accepted ?? false}
            error={draft.errors['terms_accepted']}
            aria-invalid={draft.errors['terms_accepted'] ? true : undefined}
            onChange={(event) => draft.change({ terms_accepted: event.currentTarget.checked }, ['terms_accepted'])}
          />
        </Input.Wrapper>
      )}
    </Stack>
  );
}
