import { Button, Menu } from '@mantine/core';
import { ChevronDown, Download } from 'lucide-react';
import { Fragment } from 'react';
import { exporting as texts } from '@/texts/common';

/** As what a list is taken out. */
const FORMATS = ['csv', 'ndjson'] as const;

/** A list that can be taken out. */
export interface Taken {
  /** Over its two formats, where there are several lists. */
  label?: string;
  /** Where the API hands it out, with the filters of the page. */
  address: string;
  /** Name of its file, without an ending. */
  file: string;
}

/** Something else that is handed out as it is. */
export interface OtherFile {
  label: string;
  address: string;
  /** Name of its file. */
  file: string;
}

interface Props {
  lists: Taken[];
  others?: OtherFile[];
}

/** Lists as files: as a table or as lines of JSON, each ending with what it holds. */
export function ExportMenu({ lists, others = [] }: Props) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<Download size={16} />} rightSection={<ChevronDown size={15} />}>
          {texts.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {lists.map(({ label, address, file }) => (
          <Fragment key={file}>
            {label && <Menu.Label>{label}</Menu.Label>}
            {FORMATS.map((format) => (
              <Menu.Item
                key={format}
                component="a"
                href={inFormat(address, format)}
                download={`${file}.${format}`}
                {...(label ? { 'aria-label': `${label}: ${texts.formats[format]}` } : {})}
              >
                {texts.formats[format]}
              </Menu.Item>
            ))}
          </Fragment>
        ))}
        {others.length > 0 && <Menu.Divider />}
        {others.map(({ label, address, file }) => (
          <Menu.Item key={file} component="a" href={address} download={file}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function inFormat(address: string, format: (typeof FORMATS)[number]): string {
  return `${address}${address.includes('?') ? '&' : '?'}format=${format}`;
}
