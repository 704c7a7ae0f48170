// Compares the templates of two folders with the library behind `cdk diff`: node compare.js BASE HEAD writes JSON.
'use strict';
// People see what it prints: one line, no stack.
process.on('uncaughtException', ({ message }) => {
  process.stderr.write(`${message.split('\n')[0]}\n`);
  process.exit(1);
});
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { formatDifferences, fullDiff } = require('@aws-cdk/cloudformation-diff');

const SUFFIX = '.template.json';
const TABLE_COLUMNS = 200;

const templates = (folder) => Object.fromEntries(readdirSync(folder)
  .filter((name) => name.endsWith(SUFFIX))
  .map((name) => [name.slice(0, -SUFFIX.length), JSON.parse(readFileSync(join(folder, name), 'utf8'))]));

// What `cdk diff` leaves out too: traces of the CDK itself, which change with its version and do nothing.
const withoutTraces = (diff) => {
  diff.resources = diff.resources.filter((change) => change.oldResourceType !== 'AWS::CDK::Metadata'
    && change.newResourceType !== 'AWS::CDK::Metadata');
  diff.unknown = diff.unknown.filter((change) => !(change.newValue ?? change.oldValue).CheckBootstrapVersion);
  return diff;
};

// Where no specification tells what a change does, as with custom resources, the library says that there is none.
const impactOf = ({ changeImpact }) => (changeImpact === 'NO_CHANGE' ? 'WILL_UPDATE' : changeImpact);

const resourceChanges = (diff) => {
  const found = [];
  diff.resources.forEachDifference((logicalId, change) => found.push({
    path: (change.newValue ?? change.oldValue).Metadata?.['aws:cdk:path'] ?? logicalId,
    type: change.oldResourceType ?? change.newResourceType,
    impact: impactOf(change),
    causes: Object.entries(change.propertyUpdates)
      .filter(([, property]) => impactOf(property) === impactOf(change))
      .map(([name]) => name),
  }));
  return found;
};

const text = (diff) => {
  const parts = [];
  // Not a real stream: those hand on what is written to them later, and only as much as their reader takes.
  formatDifferences({ columns: TABLE_COLUMNS, write: (part) => parts.push(part) }, diff);
  return parts.join('');
};

const compared = (stack, base, head) => {
  const diff = withoutTraces(fullDiff(base ?? {}, head ?? {}));
  return diff.isEmpty ? [] : [{
    stack,
    standing: base ? (head ? 'kept' : 'gone') : 'new',
    resources: resourceChanges(diff),
    iam: diff.iamChanges.hasChanges,
    security_groups: diff.securityGroupChanges.hasChanges,
    broadened: diff.permissionsBroadened,
    text: text(diff),
  }];
};

const [base, head] = process.argv.slice(2, 4).map(templates);
const stacks = [...new Set([...Object.keys(base), ...Object.keys(head)])].sort();
process.stdout.write(JSON.stringify({
  stacks: stacks.length,
  differences: stacks.flatMap((stack) => compared(stack, base[stack], head[stack])),
}));
