// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.Authority;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --authority}: who closes the epochs of the network. */
final class AuthorityOptions {
    private static final String SELF = "self";

    @Option(
            names = "--authority",
            paramLabel = "AGENT",
            description = "an agent of the authority that closes epochs, or self; repeatable, the same at all nodes")
    private List<String> agents = new ArrayList<>();

    @Option(
            names = "--authority-needed",
            paramLabel = "N",
            description = "how many of them have to sign; more than half, by default just that")
    private Optional<Integer> needed = Optional.empty();

    Optional<Function<AgentId, Authority>> authority(CommandSpec spec) {
        if (agents.isEmpty()) {
            return Optional.empty();
        }
        Set<AgentId> named = new LinkedHashSet<>();
        try {
            agents.stream()
                    .filter(agent -> !agent.equals(SELF))
                    .map(AgentId::parse)
                    .forEach(named::add);
        } catch (InvalidBytesException e) {
            throw new ParameterException(spec.commandLine(), "--authority: " + e.getMessage(), e);
        }
        boolean withSelf = agents.contains(SELF);
        return Optional.of(self -> {
            Set<AgentId> all = new LinkedHashSet<>(named);
            if (withSelf) {
                all.add(self);
            }
            return Authority.anyOf(needed.orElse(all.size() / 2 + 1), all);
        });
    }
}
