// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.RingReplication;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DistributionOptionTest {
    @Test
    void parse_eachStrategy_understood() {
        assertThat(DistributionOption.parse("full")).isEqualTo(DistributionStrategy.fullReplication());
        assertThat(DistributionOption.parse("ring:3")).isInstanceOf(RingReplication.class);
        assertThat(DistributionOption.parse("topics:tea,bread").wishes()).contains(Set.of("#tea", "#bread"));
        assertThat(DistributionOption.parse("topics:").wishes()).contains(Set.of());
        assertThat(DistributionOption.parse("direct").wishes()).isEmpty();
    }

    @Test
    void parse_anythingElse_refused() {
        for (String wrong : new String[] {"", "ring", "ring:", "ring:0", "ring:x", "topics:a,,b", "Full"}) {
            assertThatThrownBy(() -> DistributionOption.parse(wrong)).isInstanceOf(InvalidSettingException.class);
        }
    }
}
