// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NetworkWatchTest {
    private static final InetAddress HOME = ip("192.168.1.5");
    private static final InetAddress CAFE = ip("10.0.0.7");
    private static final long INTERVAL = NetworkWatch.INTERVAL.toNanos();

    private long nanos = 5;
    private long millis = 1_750_000_000_000L;
    private final NetworkWatch watch = new NetworkWatch(Set.of(HOME), List.of("home"), nanos, millis);

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private NetworkWatch.Look<String> look(Set<InetAddress> present, String... addresses) {
        return look(INTERVAL, Duration.ofNanos(INTERVAL).toMillis(), present, addresses);
    }

    private NetworkWatch.Look<String> look(
            long passedNanos, long passedMillis, Set<InetAddress> present, String... addresses) {
        nanos += passedNanos;
        millis += passedMillis;
        return watch.look(present, List.of(addresses), nanos, millis);
    }

    @Test
    void look_nothingNew_nothingTold() {
        assertThat(look(Set.of(HOME), "home"))
                .isEqualTo(new NetworkWatch.Look<>(Set.of(), false, false, Optional.empty()));
    }

    @Test
    void look_otherNetwork_goneAtOnceAndNewsWhenSettled() {
        NetworkWatch.Look<String> first = look(Set.of(CAFE), "cafe");
        assertThat(first.gone()).containsExactly(HOME);
        assertThat(first.changed()).isTrue();
        assertThat(first.news()).isEmpty();
        assertThat(look(Set.of(CAFE), "cafe").news()).contains(List.of("cafe"));
        assertThat(look(Set.of(CAFE), "cafe").news()).isEmpty();
    }

    @Test
    void look_addressAdded_changedButNothingGone() {
        NetworkWatch.Look<String> look = look(Set.of(HOME, CAFE), "home");
        assertThat(look.gone()).isEmpty();
        assertThat(look.changed()).isTrue();
    }

    @Test
    void look_flapping_noNewsUntilItHolds() {
        for (int i = 0; i < 10; i++) {
            assertThat(look(Set.of(), "").news()).isEmpty();
            assertThat(look(Set.of(HOME), "home").news()).isEmpty();
        }
        assertThat(look(Set.of(HOME), "home").news()).isEmpty();
    }

    @Test
    void told_byOthers_noNewsOfTheSame() {
        watch.told(List.of("cafe"));
        look(Set.of(HOME), "cafe");
        assertThat(look(Set.of(HOME), "cafe").news()).isEmpty();
    }

    @Test
    void look_lateByMoreThanTheJump_slept() {
        long late = NetworkWatch.INTERVAL.plus(NetworkWatch.JUMP).toNanos();
        assertThat(look(late - 1_000_000, late / 1_000_000 - 1, Set.of(HOME), "home")
                        .slept())
                .isFalse();
        assertThat(look(late, late / 1_000_000, Set.of(HOME), "home").slept()).isTrue();
    }

    @Test
    void look_wallClockWentOnAlone_slept() {
        assertThat(look(INTERVAL, 3_000 + 9_999, Set.of(HOME), "home").slept()).isFalse();
        assertThat(look(INTERVAL, 3_000 + 10_000, Set.of(HOME), "home").slept()).isTrue();
        assertThat(look(INTERVAL, 3_000, Set.of(HOME), "home").slept()).isFalse();
    }

    @Test
    void look_wallClockSetBack_notSlept() {
        assertThat(look(INTERVAL, -3_600_000, Set.of(HOME), "home").slept()).isFalse();
    }
}
