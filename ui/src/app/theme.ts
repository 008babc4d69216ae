import {
  Alert,
  Badge,
  Button,
  createTheme,
  Drawer,
  Menu,
  Modal,
  Popover,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const brand: MantineColorsTuple = [
  '#eef2ff',
  '#dfe5fb',
  '#bcc8f2',
  '#96a8e9',
  '#748ce2',
  '#5f7add',
  '#5471dc',
  '#3f5cc0',
  '#3451b2',
  '#25429c',
];

const dark: MantineColorsTuple = [
  '#d3d9e2',
  '#a9b2bf',
  '#8b95a5',
  '#6b7584',
  '#3a414d',
  '#2c313a',
  '#22262e',
  '#1b1e24',
  '#15181d',
  '#101217',
];

const CLOSE = { 'aria-label': 'Close' };
const HEADER_IS_NO_BANNER = { header: { role: 'presentation' } };

// What of Mantine fails WCAG AA or axe as delivered is mended here, once for the whole application.
export const theme = createTheme({
  primaryColor: 'brand',
  colors: { brand, dark },
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: "'Inter Variable', 'Segoe UI', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  components: {
    Alert: Alert.extend({
      styles: { title: { color: 'var(--mantine-color-text)' }, message: { color: 'var(--mantine-color-text)' } },
    }),
    Badge: Badge.extend({ defaultProps: { variant: 'light' }, styles: { root: { textTransform: 'none' } } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    // The page has one banner: what heads a dialog is none. Menus stay where they were opened, within a landmark.
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: CLOSE, attributes: HEADER_IS_NO_BANNER } }),
    Menu: Menu.extend({ defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: CLOSE, attributes: HEADER_IS_NO_BANNER, centered: true },
    }),
    Popover: Popover.extend({ defaultProps: { withinPortal: false } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 250, events: { hover: true, focus: true, touch: true }, withArrow: true },
    }),
  },
});

// Dimmed text, placeholders and errors are too faint out of the box; these are above 4.5:1.
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a6372',
    '--mantine-color-placeholder': '#666e7c',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': '#3451b2',
  },
  dark: {
    '--mantine-color-dimmed': '#a4adbb',
    '--mantine-color-placeholder': '#98a1b0',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': '#96a8e9',
    '--mantine-color-body': '#1b1e24',
    // What asks for a decision is not to glare.
    '--mantine-color-yellow-light': '#352a10',
  },
});
