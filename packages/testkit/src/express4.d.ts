/** Express 4 under the alias the doors are tested with; what the tests call is typed alike in both versions. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
