// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.nat;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** Tests that need {@link NatLab}: skipped with the reason where there can be none, failed for it on CI as root. */
public abstract class InTheLab {
    /** For the tests themselves. */
    protected InTheLab() {}

    @BeforeAll
    static void labIsPossible() throws Exception {
        Optional<String> obstacle = NatLab.obstacle();
        boolean required = "true".equals(System.getenv("CI")) && "root".equals(System.getProperty("user.name"));
        if (required) {
            assertTrue(obstacle.isEmpty(), () -> "CI needs the NAT lab: " + obstacle.orElseThrow());
        }
        obstacle.ifPresent(reason -> System.out.println("NAT lab is skipped: " + reason));
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> "no NAT lab: " + obstacle.orElseThrow());
    }
}
