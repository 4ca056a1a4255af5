// What the bundler makes of a style sheet: nothing that can be named.
declare module "*.css";
