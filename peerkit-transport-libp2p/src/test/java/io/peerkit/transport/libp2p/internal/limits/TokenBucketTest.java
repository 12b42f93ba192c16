// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void take_burstThenRate_bounded() {
        TokenBucket bucket = new TokenBucket(3, 2, 5);
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.take(5)).isTrue();
        }
        assertThat(bucket.take(5)).isFalse();
        assertThat(bucket.waitNanos(5)).isEqualTo(SECOND / 2);
        assertThat(bucket.take(5 + SECOND / 2 - 1)).isFalse();
        assertThat(bucket.take(5 + SECOND / 2)).isTrue();
        assertThat(bucket.take(5 + SECOND / 2)).isFalse();
    }

    @Test
    void take_afterLong_noMoreThanTheBurst() {
        TokenBucket bucket = new TokenBucket(2, 1_000, 7);
        long later = 1_000 * SECOND;
        assertThat(bucket.isFull(later)).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThat(bucket.take(later)).isTrue();
        }
        assertThat(bucket.take(later)).isFalse();
        assertThat(bucket.take(later - SECOND)).isFalse();
    }

    @Test
    void take_manyKeys_tableBoundedAndNewcomersShare() {
        TokenBuckets<Integer> buckets = new TokenBuckets<>(2, 1, 0);
        for (int key = 0; key < TokenBuckets.MAX_BUCKETS; key++) {
            assertThat(buckets.take(key, 0)).isTrue();
        }
        assertThat(buckets.take(-1, 0) && buckets.take(-2, 0)).isTrue();
        assertThat(buckets.take(-3, 0)).isFalse();
        assertThat(buckets.take(0, 0)).isTrue();
        assertThat(buckets.take(-4, 10 * SECOND)).isTrue();
        assertThat(buckets.size()).isOne();
    }

    @Test
    void of_addresses_ip6NetworksAndSingleIp4() throws Exception {
        assertThat(block("2001:db8::1")).isEqualTo(block("2001:db8::2")).isNotEqualTo(block("2001:db8:0:1::1"));
        assertThat(block("192.0.2.1")).isNotEqualTo(block("192.0.2.2"));
        assertThat(block("fe80::1")).isNotEqualTo(block("fe80::2"));
    }

    private static AddressBlock block(String text) throws Exception {
        return AddressBlock.of(InetAddress.getByName(text));
    }

    @Test
    void isShort_atTheShareAndNotBefore() {
        assertThat(DirectMemory.isShort(899, 1_000)).isFalse();
        assertThat(DirectMemory.isShort(900, 1_000)).isTrue();
        assertThat(DirectMemory.isShort(900, -1)).isFalse();
    }
}
