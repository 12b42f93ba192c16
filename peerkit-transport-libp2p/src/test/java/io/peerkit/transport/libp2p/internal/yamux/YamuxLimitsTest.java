// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidSettingException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class YamuxLimitsTest {
    private static final int[] SMALLEST = {1024, 1, 262144, 262144, 1, 1, 1, 1, 1};
    private static final int[] LARGEST = {
        1024 * 1024,
        1024 * 1024 * 1024,
        16 * 1024 * 1024,
        1024 * 1024 * 1024,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE
    };

    static Stream<Arguments> fields() {
        return Stream.of(
                Arguments.of(0, "maxFrameBytes"),
                Arguments.of(1, "sendBufferBytes"),
                Arguments.of(2, "maxWindowBytes"),
                Arguments.of(3, "maxReceiveBytes"),
                Arguments.of(4, "maxInboundStreams"),
                Arguments.of(5, "maxOutboundStreams"),
                Arguments.of(6, "maxUnacknowledgedStreams"),
                Arguments.of(7, "resetBurst"),
                Arguments.of(8, "resetsPerSecond"));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void constructor_fieldAtAndBeyondItsBounds_namedWhenRefused(int field, String name) {
        assertThat(limits(SMALLEST)).isNotNull();
        assertThat(limits(LARGEST)).isNotNull();
        int[] below = SMALLEST.clone();
        below[field]--;
        assertThatThrownBy(() -> limits(below))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("yamux " + name + " of " + below[field]);
        if (LARGEST[field] < Integer.MAX_VALUE) {
            int[] above = LARGEST.clone();
            above[field]++;
            assertThatThrownBy(() -> limits(above)).hasMessageStartingWith("yamux " + name + " of " + above[field]);
        }
    }

    private static YamuxLimits limits(int... of) {
        return new YamuxLimits(of[0], of[1], of[2], of[3], of[4], of[5], of[6], of[7], of[8]);
    }
}
