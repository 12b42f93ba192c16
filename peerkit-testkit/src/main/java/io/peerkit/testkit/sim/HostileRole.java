// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.NodeAddress;
import java.util.List;
import java.util.random.RandomGenerator;

/** What a hostile peer does. {@link HostileRoles} has those that come with Peerkit; an application may add its own. */
@FunctionalInterface
public interface HostileRole {
    /**
     * Comes into a simulation, and does harm for as long as it runs. Everything must follow from the arguments, so that the
     * run can be repeated.
     *
     * @param simulation add nodes or peers here; plan later deeds with its {@link Simulation#time}
     * @param victims nodes to connect to, at least one
     * @param chance seeded for this peer
     */
    void join(Simulation simulation, List<NodeAddress> victims, RandomGenerator chance);
}
