import type { LucideIcon } from 'lucide-react';

/** A line of the navigation, and of the command palette. */
export interface NavItem {
  label: string;
  to: string;
  icon: LucideIcon;
  /** Any of these shows it; none = everybody. */
  needs?: string[];
  /** What waits there, by name of a count (`useCounts`). */
  count?: 'inbox' | 'approvals' | 'reviews';
  group: 'top' | 'lifecycle' | 'policy' | 'people' | 'infrastructure' | 'assurance';
}

/** Something to do from the command palette. */
export interface PaletteAction {
  label: string;
  to: string;
  needs?: string[];
}

/** What one area of the application adds: its pages, and how one gets there. */
export interface Area {
  nav: NavItem[];
  actions?: PaletteAction[];
}

