type Json = Readonly<Record<string, unknown>>;

/** Draws a state machine as Mermaid from its own file: what is drawn is what runs. Catches are dashed. */
export function drawMachine(definition: unknown): string {
  const lines = ['flowchart TD'];
  const machine = definition as Json;
  const start = drawStates(machine, '', lines);
  lines.push(`  start(( )) --> ${start}`);
  return `${lines.join('\n')}\n`;
}

function drawStates(machine: Json, prefix: string, lines: string[]): string {
  const id = (name: unknown) => `${prefix}${String(name)}`;
  const states = machine['States'] as Readonly<Record<string, Json>>;
  for (const [name, state] of Object.entries(states)) {
    drawState(id(name), name, state, lines);
    for (const choice of list(state['Choices'])) {
      lines.push(`  ${id(name)} -->|"${label(choice['Condition'])}"| ${id(choice['Next'])}`);
    }
    if (state['Default'] !== undefined) lines.push(`  ${id(name)} -->|otherwise| ${id(state['Default'])}`);
    if (state['Next'] !== undefined) lines.push(`  ${id(name)} --> ${id(state['Next'])}`);
    for (const catcher of list(state['Catch'])) {
      lines.push(
        `  ${id(name)} -.->|"${(catcher['ErrorEquals'] as string[]).join(', ')}"| ${id(catcher['Next'])}`,
      );
    }
  }
  return id(machine['StartAt']);
}

function drawState(id: string, name: string, state: Json, lines: string[]): void {
  const inner = [
    ...list(state['Branches']),
    ...(state['ItemProcessor'] === undefined ? [] : [state['ItemProcessor'] as Json]),
  ];
  if (inner.length > 0) {
    lines.push(`  subgraph ${id}["${name}"]`);
    inner.forEach((machine, index) => drawStates(machine, `${id}_${index}_`, lines));
    lines.push('  end');
    return;
  }
  const [open, close] = SHAPES[String(state['Type'])] ?? ['[', ']'];
  lines.push(`  ${id}${open}"${name}"${close}`);
}

const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  Choice: ['{', '}'],
  Wait: ['[/', '/]'],
  Succeed: ['([', '])'],
  Fail: ['([', '])'],
};

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function label(condition: unknown): string {
  return String(condition)
    .replace(/^\{%\s*/, '')
    .replace(/\s*%\}$/, '')
    .replaceAll('"', "'");
}
