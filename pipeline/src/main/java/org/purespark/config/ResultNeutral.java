// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A setting that changes how a run works but never its result; no finished stage depends on it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface ResultNeutral {}
