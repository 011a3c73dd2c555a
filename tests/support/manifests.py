#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What tests know about deploy/kubernetes.

manifests.py check CLIENT-HELP SERVER-HELP VERSION FOLDER...
    Prints a line "FOLDER: FINDING" for each finding in the manifests of each FOLDER. The two help
    texts are files.
manifests.py command FILE KIND NAME PURPOSE
    Prints the words of a command, one in each line. PURPOSE is "command" or the name of a probe.
manifests.py config FILE NAME KEY
    Prints a text of a ConfigMap.
manifests.py names FOLDER
    Prints the host names that commands connect to, and those that the gateway accepts.
manifests.py json FOLDER
    Prints a line with each object in JSON.
"""
import json
import pathlib
import re
import sys

import yaml

NAMESPACE = 'hello-tls'
USER = 65532
DEFAULT_PORT = 8443
LOCAL_STATUSES = [1, 2, 3]
PROBES = ('startupProbe', 'readinessProbe', 'livenessProbe')
RESTRICTED_VOLUMES = {'configMap', 'secret', 'emptyDir', 'projected', 'downwardAPI'}
POD_SECURITY = {
    'runAsNonRoot': True,
    'runAsUser': USER,
    'runAsGroup': USER,
    'seccompProfile': {'type': 'RuntimeDefault'},
}
CONTAINER_SECURITY = {
    'allowPrivilegeEscalation': False,
    'readOnlyRootFilesystem': True,
    'capabilities': {'drop': ['ALL']},
}


def load(file):
    with open(file, encoding='utf-8') as f:
        # The loader in C, which is ten times as fast, is not in every build of PyYAML.
        loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
        return [doc for doc in yaml.load_all(f, loader) if doc]


def load_all(folder):
    return [(file.name, doc) for file in sorted(pathlib.Path(folder).glob('*.yaml'))
            for doc in load(file)]


def pod_of(doc):
    """The pod spec and the labels of the pods that this object makes, or None."""
    spec = doc.get('spec', {})
    if doc['kind'] == 'CronJob':
        spec = spec['jobTemplate']['spec']
    template = spec.get('template')
    if not template:
        return None
    return template['spec'], template['metadata']['labels']


def commands_of(container):
    yield 'command', container['command'] + container.get('args', [])
    for probe in PROBES:
        if 'exec' in container.get(probe, {}):
            yield probe, container[probe]['exec']['command']


def value_of(words, option, default=None):
    return words[words.index(option) + 1] if option in words else default


def seconds(text):
    number, unit = re.fullmatch(r'(\d+)(ms|s|m|)', text).groups()
    return int(number) * {'ms': 0.001, 's': 1, 'm': 60, '': 1}[unit]


class Checker:
    def __init__(self, docs, helps, version):
        self.docs, self.helps, self.version = docs, helps, version
        self.services = {d['metadata']['name']: d for _, d in docs if d['kind'] == 'Service'}
        self.findings = []

    def find(self, where, text):
        self.findings.append(f'{where}: {text}')

    def demand(self, ok, where, text):
        if not ok:
            self.find(where, text)

    def run(self):
        for file, doc in self.docs:
            where = f'{file}: {doc["kind"]} {doc["metadata"]["name"]}'
            if doc['kind'] != 'Namespace':
                self.demand(doc['metadata'].get('namespace') == NAMESPACE, where,
                            f'the namespace is not {NAMESPACE}')
            if pod_of(doc):
                self.check_pod(where, doc, *pod_of(doc))
            check = getattr(self, 'check_' + doc['kind'].lower(), None)
            if check:
                check(where, doc)
        return self.findings

    # --- pods ---------------------------------------------------------------------------------

    def check_pod(self, where, doc, spec, labels):
        for key, value in POD_SECURITY.items():
            self.demand(spec.get('securityContext', {}).get(key) == value, where,
                        f'securityContext: {key} is not {value}')
        self.demand(spec.get('automountServiceAccountToken') is False, where,
                    'automountServiceAccountToken is not false')
        for key in ('hostNetwork', 'hostPID', 'hostIPC'):
            self.demand(key not in spec, where, f'{key} is set')
        selector = doc['spec'].get('selector', {}).get('matchLabels', labels)
        self.demand(selector.items() <= labels.items(), where, 'selector and labels differ')
        volumes = {v['name']: v for v in spec.get('volumes', [])}
        for volume in volumes.values():
            self.check_volume(where, volume, spec.get('securityContext', {}))
        for container in spec['containers'] + spec.get('initContainers', []):
            self.check_container(where, spec, container, volumes)

    def check_volume(self, where, volume, security):
        kinds = set(volume) - {'name'}
        self.demand(kinds <= RESTRICTED_VOLUMES, where, f'volume {volume["name"]}: {kinds}')
        if 'secret' not in volume:
            return
        mode = volume['secret'].get('defaultMode', 0o644)
        self.demand(mode == 0o440, where, f'volume {volume["name"]}: mode {mode:04o}, not 0440')
        self.demand(security.get('fsGroup') == USER, where, f'fsGroup is not {USER}')

    def check_container(self, where, spec, container, volumes):
        image = f'hello-tls:{self.version}'
        self.demand(container['image'] == image, where, f'the image is not {image}')
        for key, value in CONTAINER_SECURITY.items():
            self.demand(container.get('securityContext', {}).get(key) == value, where,
                        f'securityContext: {key} is not {value}')
        for kind in ('requests', 'limits'):
            for what in ('cpu', 'memory'):
                self.demand(what in container.get('resources', {}).get(kind, {}), where,
                            f'resources: no {kind} of {what}')
        paths = []
        for mount in container.get('volumeMounts', []):
            paths.append(mount['mountPath'])
            self.demand(mount['name'] in volumes, where, f'there is no volume {mount["name"]}')
            self.demand(mount.get('readOnly') is True, where, f'{mount["name"]} is writable')
            self.demand('subPath' not in mount, where, f'{mount["name"]}: subPath')
        variables = {f'$({e["name"]})' for e in container.get('env', [])}
        for purpose, words in commands_of(container):
            self.check_command(f'{where}: {purpose}', words, paths)
            self.demand(purpose != 'command' or
                        {w for w in words if str(w).startswith('$(')} <= variables, where,
                        'a variable is not in env')
        if container['command'][0] == 'hello-server':
            self.check_server(where, spec, container)
        for probe in PROBES:
            if probe in container:
                self.check_probe(f'{where}: {probe}', container, container[probe])

    # --- commands -----------------------------------------------------------------------------

    def check_command(self, where, words, paths):
        self.demand(all(isinstance(word, str) for word in words), where, 'not all words are text')
        words = [str(word) for word in words]
        if words[0] not in self.helps:
            self.find(where, f'unknown program {words[0]}')
            return
        for word in words[1:]:
            if re.match(r'-[-a-z0-9]', word):
                self.demand(re.search(rf'(^|[\s,]){re.escape(word)}([\s,]|$)',
                                      self.helps[words[0]], re.M),
                            where, f'{words[0]} has no option {word}')
            if word.startswith('/etc/'):
                self.demand(word.rsplit('/', 1)[0] in paths, where, f'nothing mounts {word}')

    def check_server(self, where, spec, container):
        words = container['command']
        ports = {p['name']: p['containerPort'] for p in container['ports']}
        self.demand(ports.get('tls') == DEFAULT_PORT, where, f'port tls is not {DEFAULT_PORT}')
        metrics = value_of(words, '--metrics')
        self.demand(ports.get('metrics') == (metrics and int(metrics.rsplit(':', 1)[1])), where,
                    'port metrics is not that of --metrics')
        self.demand('--workers' in words, where, 'no --workers: one for each CPU of the node')
        drain = value_of(words, '--drain-timeout')
        if not drain:
            drain = re.search(r'--drain-timeout .*\((\d+s)\)', self.helps['hello-server'])[1]
        hook = container.get('lifecycle', {}).get('preStop', {}).get('sleep', {})
        needed = seconds(drain) + hook.get('seconds', 0)
        self.demand(spec.get('terminationGracePeriodSeconds', 30) > needed, where,
                    f'terminationGracePeriodSeconds is not more than {needed:g}')

    def check_probe(self, where, container, probe):
        names = [p['name'] for p in container['ports']]
        if 'httpGet' in probe:
            self.demand(probe['httpGet']['port'] in names, where, 'unknown port')
            return
        words = probe['exec']['command']
        limit = seconds(value_of(words, '--max-time', '15s'))
        if '--all-addresses' in words:
            limit *= 2
            self.demand(value_of(words, '--parallel') == '64', where, '--parallel is not 64')
        self.demand(probe.get('timeoutSeconds', 1) > limit, where,
                    f'timeoutSeconds is not more than {limit:g}')
        self.check_target(where, words[-2], words[-1])

    def check_target(self, where, host, port):
        service = self.services.get(host.split('.')[0])
        self.demand(service and host == f'{service["metadata"]["name"]}.{NAMESPACE}.svc', where,
                    f'{host} is the name of no Service')
        if service:
            self.demand(port in [str(p['port']) for p in service['spec']['ports']], where,
                        f'{host} has no port {port}')

    # --- other kinds --------------------------------------------------------------------------

    def check_service(self, where, doc):
        selector = doc['spec']['selector']
        pods = [pod_of(d)[0] for _, d in self.docs
                if pod_of(d) and selector.items() <= pod_of(d)[1].items()]
        self.demand(len(pods) == 1, where, f'it selects {len(pods)} kinds of pods')
        named = {p['name'] for pod in pods for c in pod['containers'] for p in c['ports']}
        for port in doc['spec']['ports']:
            self.demand(port['targetPort'] in named, where, f'no port {port["targetPort"]}')

    def check_cronjob(self, where, doc):
        job = doc['spec']['jobTemplate']['spec']
        rules = job.get('podFailurePolicy', {}).get('rules', [])
        codes = [r['onExitCodes'] for r in rules if 'onExitCodes' in r]
        self.demand([c['values'] for c in codes] == [LOCAL_STATUSES], where,
                    f'the statuses without a retry are not {LOCAL_STATUSES}')
        self.demand(job['template']['spec'].get('restartPolicy') == 'Never', where,
                    'podFailurePolicy needs restartPolicy Never')

    def check_configmap(self, where, doc):
        for line in doc['data'].get('targets', '').splitlines():
            self.check_target(where, *line.split())

    def check_gateway(self, where, doc):
        for listener in doc['spec']['listeners']:
            self.demand(listener['protocol'] == 'TLS' and
                        listener.get('tls', {}).get('mode') == 'Passthrough', where,
                        f'listener {listener["name"]} does not pass TLS through')

    def check_tlsroute(self, where, doc):
        gateways = {d['metadata']['name']: d for _, d in self.docs if d['kind'] == 'Gateway'}
        for parent in doc['spec']['parentRefs']:
            listeners = gateways.get(parent['name'], {'spec': {'listeners': []}})
            names = [(n['name'], n['hostname']) for n in listeners['spec']['listeners']]
            for host in doc['spec']['hostnames']:
                self.demand((parent['sectionName'], host) in names, where,
                            f'no listener of {parent["name"]} accepts {host}')
        for rule in doc['spec']['rules']:
            for backend in rule['backendRefs']:
                self.check_target(where, f'{backend["name"]}.{NAMESPACE}.svc',
                                  str(backend['port']))


def print_names(folder):
    names = set()
    for _, doc in load_all(folder):
        names.update(doc.get('spec', {}).get('hostnames', []))
        for container in (pod_of(doc) or [{'containers': []}])[0]['containers']:
            names.update(words[-2] for purpose, words in commands_of(container)
                         if purpose in PROBES)
    print('\n'.join(sorted(names)))


def print_command(file, kind, name, purpose):
    for doc in load(file):
        if (doc['kind'], doc['metadata']['name']) == (kind, name):
            print('\n'.join(dict(commands_of(pod_of(doc)[0]['containers'][0]))[purpose]))


def print_config(file, name, key):
    for doc in load(file):
        if (doc['kind'], doc['metadata']['name']) == ('ConfigMap', name):
            print(doc['data'][key], end='')


def check(client_help, server_help, version, *folders):
    helps = {'hello-client': pathlib.Path(client_help).read_text(encoding='utf-8'),
             'hello-server': pathlib.Path(server_help).read_text(encoding='utf-8')}
    for folder in folders:
        for finding in Checker(load_all(folder), helps, version).run():
            print(f'{folder}: {finding}')


def print_json(folder):
    for file, doc in load_all(folder):
        print(json.dumps({'file': file, 'object': doc}))


if __name__ == '__main__':
    {'check': check, 'command': print_command, 'config': print_config, 'names': print_names,
     'json': print_json}[sys.argv[1]](*sys.argv[2:])
